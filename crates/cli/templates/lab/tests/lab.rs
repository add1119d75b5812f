//! The lab is sound: its scenarios pass, its wrong variants fail, its lesson is true.

#[test]
fn the_lab_is_sound() {
    netsplit_harness::testing::check(&echo::Echo);
}
