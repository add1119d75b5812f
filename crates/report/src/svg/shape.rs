//! Dashes, markers and names at their ends, which tell curves apart without colour.

use plotters::prelude::*;

use super::{Area, Drawn, GREY, INK, font};

/// The distance between the names of two curves, in pixels.
const NAME_HEIGHT: i32 = 16;
/// Columns between two markers of a curve.
const MARKER_EVERY: usize = 12;
/// Radius of a marker, in pixels.
const MARKER: i32 = 4;

/// The dashes and the marker of a curve.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The lengths of dashes and of the gaps between them; none for a solid line.
    pub dashes: Option<(i32, i32)>,
    marker: Option<usize>,
}

impl Shape {
    /// A solid line without markers.
    pub const PLAIN: Shape = Shape { dashes: None, marker: None };

    /// The shape of the curve of this number, from 0: twelve differ. Where curves coincide, each
    /// shows through the gaps of those drawn after it, and their markers stand side by side.
    pub fn of(number: usize) -> Shape {
        let dashes = [None, Some((9, 6)), Some((3, 5))];
        Shape { dashes: dashes[number % dashes.len()], marker: Some(number) }
    }

    /// Whether the curve has a marker in this column.
    pub fn marks(self, column: usize) -> bool {
        self.marker.is_some_and(|number| column % MARKER_EVERY == number * 5 % MARKER_EVERY)
    }

    /// Draws the marker.
    pub fn mark(self, area: &Area<'_>, at: (i32, i32), colour: RGBColor) -> Drawn {
        let filled = colour.filled();
        let (x, y) = at;
        match self.marker.map(|number| number % 4) {
            None => Ok(()),
            Some(0) => area.draw(&Circle::new(at, MARKER, filled)),
            Some(1) => area.draw(&TriangleMarker::new(at, MARKER + 2, filled)),
            Some(2) => {
                let corners = [(x - MARKER, y - MARKER), (x + MARKER, y + MARKER)];
                area.draw(&Rectangle::new(corners, filled))
            }
            Some(_) => area.draw(&Cross::new(at, MARKER, colour.stroke_width(2))),
        }
    }
}

/// A curve's name at its end.
pub struct End {
    pub name: String,
    pub colour: RGBColor,
    pub shape: Shape,
    /// The end of the curve, in pixels of the area.
    pub at: (i32, i32),
}

/// Writes each name to the right of its curve's end, at `x`, and those that would overlap below
/// each other.
pub fn name_ends(area: &Area<'_>, mut ends: Vec<End>, x: i32) -> Drawn {
    ends.sort_by_key(|end| end.at.1);
    let (_, height) = area.dim_in_pixel();
    let wanted: Vec<i32> = ends.iter().map(|end| end.at.1).collect();
    for (end, y) in ends.iter().zip(spread(&wanted, height as i32 - NAME_HEIGHT)) {
        area.draw(&PathElement::new([end.at, (x, y)], GREY.mix(0.6).stroke_width(1)))?;
        end.shape.mark(area, (x + 8, y), end.colour)?;
        area.draw(&Text::new(end.name.clone(), (x + 18, y - 8), font(15, INK)))?;
    }
    Ok(())
}

/// Heights near the wanted ones, which ascend, at least a name apart and at most `lowest` where
/// they fit.
fn spread(wanted: &[i32], lowest: i32) -> Vec<i32> {
    let mut heights = wanted.to_vec();
    for index in 1..heights.len() {
        heights[index] = heights[index].max(heights[index - 1] + NAME_HEIGHT);
    }
    let mut most = lowest;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(most);
        most = *height - NAME_HEIGHT;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_line_apart_and_inside() {
        assert_eq!(spread(&[10, 12, 100], 200), [10, 26, 100]);
        assert_eq!(spread(&[90, 95, 100], 100), [68, 84, 100]);
        assert!(spread(&[], 100).is_empty());
    }

    #[test]
    fn markers_of_coinciding_curves_stand_side_by_side() {
        let both = |a, b| (0..120).any(|c| Shape::of(a).marks(c) && Shape::of(b).marks(c));
        assert!((0..6).all(|a| (0..a).all(|b| !both(a, b))));
        assert!(!(0..120).any(|column| Shape::PLAIN.marks(column)));
    }
}
