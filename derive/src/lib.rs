//! The macros of autogen.
