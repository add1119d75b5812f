//! A table of texts: each is stored once, and rows name it by its place.

use std::collections::BTreeMap;
use std::rc::Rc;

/// Texts in the order in which they were first needed.
#[derive(Default)]
pub(crate) struct Words {
    pub list: Vec<Rc<str>>,
    places: BTreeMap<Rc<str>, u64>,
}

impl Words {
    /// The place of a text.
    pub fn place(&mut self, text: &str) -> u64 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let (text, place): (Rc<str>, _) = (text.into(), self.list.len() as u64);
        self.list.push(text.clone());
        self.places.insert(text, place);
        place
    }
}
