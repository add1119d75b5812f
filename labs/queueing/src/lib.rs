//! The queueing lab.
