//! The module's memory.
//!
//! The standard library's allocator suits any program, and would be a thirtieth of this one. Here every call makes small
//! things and drops them all, and the next call makes the same again.

use core::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32,
    cell::UnsafeCell,
    ptr,
};

#[global_allocator]
static MEMORY: Memory = Memory(UnsafeCell::new(Blocks {
    free: [ptr::null_mut(); 32],
    next: 0,
    end: 0,
}));

/// Memory in blocks, the size of each a power of two. One that is given back waits for the next of its size.
struct Memory(UnsafeCell<Blocks>);

struct Blocks {
    /// For each power of two the block that was given back last; each block holds the one before it.
    free: [*mut u8; 32],
    /// Where memory begins that was in no block yet.
    next: usize,
    /// Where it ends.
    end: usize,
}

// SAFETY: the module has one thread.
unsafe impl Sync for Memory {}

// SAFETY: a block is in a list or with one owner, never both; its size is at least that of the layout, and its address
// is a multiple of its size or of `ALIGNMENT`.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(power) = power_of(layout) else {
            return ptr::null_mut();
        };
        // SAFETY: there is one thread, and no call of these functions within another.
        let blocks = unsafe { &mut *self.0.get() };
        match blocks.free.get_mut(power) {
            None => ptr::null_mut(),
            Some(first) if first.is_null() => blocks.carve(power),
            Some(first) => {
                let block = *first;
                // SAFETY: a block in the list holds the next one.
                *first = unsafe { block.cast::<*mut u8>().read() };
                block
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        let blocks = unsafe { &mut *self.0.get() };
        if let Some(first) = power_of(layout).and_then(|power| blocks.free.get_mut(power)) {
            // SAFETY: the block has room for an address and belongs to nobody else now.
            unsafe { block.cast::<*mut u8>().write(*first) };
            *first = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller sees to it that the size is one.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if power_of(wanted) == power_of(layout) {
            return block;
        }
        // SAFETY: both blocks are this allocator's, and as large as their layouts.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

impl Blocks {
    /// A block that was none yet.
    fn carve(&mut self, power: usize) -> *mut u8 {
        const PAGE: usize = 1 << 16;
        let size = 1_usize.wrapping_shl(power as u32);
        let start = self.next.next_multiple_of(size.min(ALIGNMENT));
        let mut end = start.saturating_add(size);
        let mut block = start;
        if end > self.end {
            let pages = size.div_ceil(PAGE);
            let grown = wasm32::memory_grow::<0>(pages);
            if grown == usize::MAX {
                return ptr::null_mut();
            }
            let grown = grown.saturating_mul(PAGE);
            // What was left before stays unused, unless the new pages follow it.
            if grown != self.end {
                block = grown;
                end = grown.saturating_add(size);
            }
            self.end = grown.saturating_add(pages.saturating_mul(PAGE));
        }
        self.next = end;
        ptr::with_exposed_provenance_mut(block)
    }
}

/// What no type here exceeds.
const ALIGNMENT: usize = 16;

/// The least that a block has: room for an address, and for a text to grow without being moved.
const LEAST: usize = 32;

/// The power of two that the block for a layout has as its size: the least that is not below what is wanted.
#[inline(always)]
fn power_of(layout: Layout) -> Option<usize> {
    let size = layout.size().max(LEAST).max(layout.align());
    let power = usize::BITS.wrapping_sub(size.wrapping_sub(1).leading_zeros());
    (layout.align() <= ALIGNMENT).then_some(power as usize)
}
