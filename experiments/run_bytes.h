/// A finished run as bytes, to send it to another process, and back.
///   magic "rill run", version, variant, number, status, hash, steps, episodes, wall seconds (real),
///   count of estimates, estimates (real), count of series; for each series: metric (text), unit,
///   every, count, values (real).
#ifndef RILL_EXPERIMENTS_RUN_BYTES_H
#define RILL_EXPERIMENTS_RUN_BYTES_H

#include "experiments/bytes.h"

#include <rill/recorder.h>

/// Appends a run.
void run_bytes_put(bytes_writer *to, const rill_run *run);

/// The next run, bit for bit. Where the bytes are cut short, of another version, or do not fit the run's
/// hash, they are refused and the run is empty. Clear with `rill_run_clear`.
void run_bytes_get(bytes_reader *from, rill_run *run);

#endif
