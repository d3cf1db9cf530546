//! Stories and the convergence property.
