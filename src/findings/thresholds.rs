//! The lines between what is worth a finding and what is not, each with its reason.

/// Where each rule starts to fire. [`Default`] holds the documented values.
///
/// Shares are of the whole audit, between 0 and 1; a rule fires at its threshold, not only above it,
/// except where the field says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// `coverage/partial` is high, not medium, once this share of the targets is missing. 0.1: with one
    /// target in ten missing, a total can no longer be read as the total.
    pub coverage_high_share: f64,
    /// `families/dominant` fires when one family holds more than this share of all series. 0.5: nothing
    /// done to all others together can then save as much.
    pub dominant_share: f64,
    /// `families/dominant` stays quiet below this many series in all. 1,000: a third of what one busy
    /// proxy exposes; below it there is nothing worth saving.
    pub dominant_min_series: u64,
    /// `labels/unbounded` fires when the label's marginal saving is this share of all series. 0.02: the
    /// smallest saving that still shows on a bill.
    pub unbounded_share: f64,
    /// `labels/unbounded` is medium, not low, from this share on. 0.1.
    pub unbounded_medium_share: f64,
    /// `labels/unbounded` asks for this many distinct values. 8: three peers on three addresses say
    /// nothing about growth.
    pub unbounded_min_values: u64,
    /// The same for labels whose values are plain numbers. 100: status codes and well-known ports are
    /// numbers too, and bounded; random ports and ids are past a hundred at once.
    pub unbounded_min_numbers: u64,
    /// `labels/redundant` fires when redundant labels take this share of all body bytes. 0.25.
    pub redundant_share: f64,
    /// `labels/redundant` stays quiet below this many redundant bytes over all targets. 64 KiB: less fits
    /// a few network packets and costs nobody anything, whatever its share of a small body.
    pub redundant_min_bytes: u64,
    /// `labels/redundant` is low, not info, from this share on. 0.5: the larger part of every scrape is
    /// then repetition.
    pub redundant_low_share: f64,
    /// `targets/outlier` compares targets only when there are this many. 5: the median of fewer is an
    /// accident.
    pub outlier_min_targets: usize,
    /// `targets/outlier` fires at this many times the median. 5: a busy proxy has two or three times
    /// the series of a quiet one without anything being wrong.
    pub outlier_times: f64,
    /// `targets/outlier` asks for this many series above the median too. 1,000: ten times nothing is
    /// still nothing.
    pub outlier_min_excess: u64,
    /// At most this many outliers are reported, the largest. 5: where there are more, the targets are of
    /// two kinds and no longer outliers.
    pub outlier_limit: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            coverage_high_share: 0.1,
            dominant_share: 0.5,
            dominant_min_series: 1_000,
            unbounded_share: 0.02,
            unbounded_medium_share: 0.1,
            unbounded_min_values: 8,
            unbounded_min_numbers: 100,
            redundant_share: 0.25,
            redundant_min_bytes: 64 << 10,
            redundant_low_share: 0.5,
            outlier_min_targets: 5,
            outlier_times: 5.0,
            outlier_min_excess: 1_000,
            outlier_limit: 5,
        }
    }
}
