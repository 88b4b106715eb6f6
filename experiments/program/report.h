/// What several commands print.
#ifndef RILL_PROGRAM_REPORT_H
#define RILL_PROGRAM_REPORT_H

#include <rill/experiment.h>
#include <rill/store.h>
#include <rill/summary.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// A summary as a table.
void report_summary(const rill_summary_row *rows, size_t n_rows);

/// For each agent of a grid world, the picture of what it learned: the greedy policy of its
/// estimates, averaged over its stored runs, and the way it takes from the start.
rill_status report_policies(const rill_experiment *experiment, rill_store *store,
                            rill_error *error);

/// "12,345,678".
void format_count(int64_t count, char *text, size_t size);

#endif
