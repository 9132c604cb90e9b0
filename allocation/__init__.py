"""Who works on what: workload, absences, rules of allocation, and cases that are given on."""
