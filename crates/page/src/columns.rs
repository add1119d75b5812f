//! Columns of whole numbers as bytes.
//!
//! A column is its numbers one after another, each as a varint: seven bits a byte, least first, the
//! high bit set on all but the last byte. A column of differences has each number minus the one
//! before it, as a zigzag varint (0, -1, 1, -2, ...). Sorted and repetitive columns then deflate to
//! almost nothing.

use serde::Serialize;

/// Columns, one after another, with their names.
#[derive(Default)]
pub(crate) struct Columns {
    pub heads: Vec<Head>,
    pub bytes: Vec<u8>,
}

/// The description of a column.
#[derive(Serialize)]
pub(crate) struct Head {
    /// `TABLE.COLUMN`
    name: &'static str,
    /// Whether its numbers are differences.
    differences: bool,
    /// How many numbers it has.
    length: usize,
}

impl Columns {
    /// Adds a column of small numbers.
    pub fn plain(&mut self, name: &'static str, numbers: impl IntoIterator<Item = u64>) {
        let mut length = 0;
        for number in numbers {
            self.varint(number);
            length += 1;
        }
        self.heads.push(Head { name, differences: false, length });
    }

    /// Adds a column of numbers that are close to their neighbours.
    pub fn differences(&mut self, name: &'static str, numbers: impl IntoIterator<Item = u64>) {
        let (mut length, mut last) = (0, 0);
        for number in numbers {
            let difference = number.wrapping_sub(last) as i64;
            self.varint(((difference << 1) ^ (difference >> 63)) as u64);
            last = number;
            length += 1;
        }
        self.heads.push(Head { name, differences: true, length });
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_varints() {
        let mut columns = Columns::default();
        columns.plain("a.b", [0, 127, 128, 300]);
        assert_eq!(columns.bytes, [0, 127, 0x80, 1, 0xac, 2]);
    }

    #[test]
    fn differences_are_zigzag() {
        let mut columns = Columns::default();
        columns.differences("a.b", [5, 4, 4, 70]);
        assert_eq!(columns.bytes, [10, 1, 0, 0x84, 1]);
    }
}
