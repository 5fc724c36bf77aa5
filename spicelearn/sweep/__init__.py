"""Many runs of one experiment, each with other values, on one machine or on a cluster."""
