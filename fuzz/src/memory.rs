//! A bound on what one input may allocate, at its peak.
//!
//! An instance has 256 MiB and answers up to 16 requests at once, whose bodies have at most 4 MiB. So an input may take a
//! fixed part, and a multiple of its own length.

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What any input may take, in bytes: a compiled policy is the largest thing that a few bytes make. The crate's test of
/// bounds (`pattern_bounds`) holds policies to the same.
const FIXED: usize = 16 * 1024 * 1024;

/// What each byte of an input may take besides, in bytes.
const EACH: usize = 32;

/// Runs the work of one input of this length.
///
/// # Panics
/// If the work allocates more than its bound.
pub fn bounded(length: usize, work: impl FnOnce()) {
    within(FIXED, length, work);
}

/// The same for work that compiles no policy: a small fixed part.
///
/// # Panics
/// If the work allocates more than its bound.
pub fn parsed(length: usize, work: impl FnOnce()) {
    within(256 * 1024, length, work);
}

fn within(fixed: usize, length: usize, work: impl FnOnce()) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    work();
    let taken = ALLOCATOR.peak_usage().saturating_sub(before);
    let bound = fixed.saturating_add(length.saturating_mul(EACH));
    assert!(
        taken <= bound,
        "{length} bytes of input took {taken} bytes of memory, more than {bound}"
    );
}
