//! A lock that outlives a panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, whatever became of whoever held it before. What is locked here stays consistent between statements: a panic elsewhere, which
/// ends one connection or request, does not spoil it for all others.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
