/// `rill run --dry-run`: what would be run, and about how long it would take.
#ifndef RILL_PROGRAM_PLAN_H
#define RILL_PROGRAM_PLAN_H

#include <rill/experiment.h>
#include <rill/status.h>

/// Prints the variants of an experiment, their runs, how many of these are in `directory`
/// already (NULL: none count), and the
/// time that the others would take on `threads` threads, as a table or as JSON with every variant's
/// configuration. Writes nothing.
rill_status plan_print(const rill_experiment *experiment, const char *directory, int32_t threads,
                       bool is_json, rill_error *error);

#endif
