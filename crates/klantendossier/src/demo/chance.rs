//! Chance that always falls the same way: a small generator (SplitMix64) that starts from a number.
//! For made-up data only; nothing secret comes from it.

/// The generator.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The same number gives the same row of chances.
    pub(crate) fn from(seed: u64) -> Self {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from `low` to `high`, both counted in; `low` when there is nothing between.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u64::try_from(i64::from(high) - i64::from(low)).unwrap_or(0) + 1;
        let step = i32::try_from(self.next() % width).unwrap_or(0);
        low.saturating_add(step)
    }

    /// One of a list that is not empty.
    pub(crate) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let last = i32::try_from(list.len()).unwrap_or(i32::MAX) - 1;
        let index = usize::try_from(self.between(0, last)).unwrap_or(0);
        &list[index.min(list.len() - 1)]
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, times: i32) -> bool {
        self.between(1, 100) <= times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_falls_the_same_way_and_stays_within_bounds() {
        let row = |seed| {
            let mut chance = Chance::from(seed);
            (0..200).map(|_| chance.between(3, 9)).collect::<Vec<_>>()
        };
        assert_eq!(row(1), row(1));
        assert_ne!(row(1), row(2));
        assert!(row(1).iter().all(|it| (3..=9).contains(it)));
        assert_eq!(Chance::from(5).between(4, 4), 4);
    }
}
