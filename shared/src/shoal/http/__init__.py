"""HTTP as every service speaks it: one application factory, one problem, one strict body."""
