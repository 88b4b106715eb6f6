/// `rill export`: what runs have recorded, for other programs.
#ifndef RILL_PROGRAM_EXPORT_RUNS_H
#define RILL_PROGRAM_EXPORT_RUNS_H

#include <rill/store.h>
#include <stdio.h>

typedef enum export_format {
    EXPORT_CSV,
    EXPORT_JSON,
    EXPORT_TENSORBOARD,
    EXPORT_SAFETENSORS, ///< of one saved agent, not of what runs have recorded
} export_format;

/// What is to be written.
typedef struct runs_request {
    export_format format;
    int64_t smooth;  ///< points of the trailing mean that each value becomes; 1: as recorded
    const char *out; ///< EXPORT_TENSORBOARD: the directory to write to
} runs_request;

/// Writes all runs of a store, one in memory at a time, to `stream` or into `request->out`. Errors of the
/// store; RILL_IO, RILL_NO_MEMORY.
rill_status export_runs(rill_store *store, const runs_request *request, FILE *stream,
                        rill_error *error);

/// A text as a CSV field (RFC 4180): quoted when it must be.
void print_csv_text(const char *text, FILE *stream);

/// Writes the series of a run as an event file in a directory of its own: `out`/LABEL/run-NUMBER. What no
/// file's name can have in a label is replaced. `config`: the experiment of the run, as JSON text.
rill_status export_tensorboard(const rill_run *run, const char *label, const char *config,
                               const char *out, rill_error *error);

#endif
