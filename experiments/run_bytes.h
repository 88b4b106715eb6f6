/// A finished run as bytes, to send it to another process, and back.
///
/// All numbers are little-endian, 8 bytes unless said otherwise; texts have their length in front.
///   magic "rill run", version, variant, number, status, hash, steps, episodes, wall seconds (double),
///   count of estimates, estimates (double each), count of series; for each series: metric, unit,
///   every, count, values (double each).
#ifndef RILL_EXPERIMENTS_RUN_BYTES_H
#define RILL_EXPERIMENTS_RUN_BYTES_H

#include <rill/recorder.h>

/// Bytes of a run; they belong to the caller (`free`). RILL_NO_MEMORY.
rill_status run_bytes_write(const rill_run *run, unsigned char **bytes, size_t *size,
                            rill_error *error);

/// The run that bytes hold, bit for bit. Nothing in them is trusted: RILL_IO where they are cut short,
/// too long, of another version, or do not fit the run's hash; then `run` is empty. RILL_NO_MEMORY.
/// Clear with `rill_run_clear`.
rill_status run_bytes_read(rill_run *run, const unsigned char *bytes, size_t size,
                           rill_error *error);

#endif
