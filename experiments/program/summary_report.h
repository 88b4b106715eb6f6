/// The report of `rill summary`, with which `rill run` ends too.
#ifndef RILL_PROGRAM_SUMMARY_REPORT_H
#define RILL_PROGRAM_SUMMARY_REPORT_H

#include "experiments/program/score_options.h"

/// What of the results is shown, and how.
typedef struct summary_request {
    score_choice choice;  ///< checked
    int64_t max_runs;     ///< runs with this number and above are left out
    int32_t max_variants; ///< variants likewise
    int64_t top;  ///< rank, and show so many (0: all); negative: rank only where there is a sweep
    bool is_best; ///< print the best variant's configuration, nothing else
    bool is_json;
} summary_request;

/// RILL_INVALID (no such metric, or not known what is better), RILL_FAILED (no best), RILL_IO,
/// RILL_NO_MEMORY.
rill_status summary_report(rill_store *store, const summary_request *request, rill_error *error);

#endif
