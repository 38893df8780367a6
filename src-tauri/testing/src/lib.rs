//! Fakes of every port, a fault proxy, and the handle of the real host.
