/// Shards: shares of an experiment's runs, for jobs that do not know of each other. "2/8" is the second
/// of eight.
#ifndef RILL_EXPERIMENTS_SHARD_H
#define RILL_EXPERIMENTS_SHARD_H

#include <rill/status.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct rill_shard {
    int32_t number; ///< from 1
    int32_t count;  ///< of shards, at most `RILL_SHARDS_MAX`
} rill_shard;

enum { RILL_SHARDS_MAX = 1000000 };

/// Reads "i/n" with 1 <= i <= n. RILL_INVALID.
rill_status rill_shard_read(rill_shard *shard, const char *text, rill_error *error);

/// Whether a run is of this shard. Each run is of one; shards differ by at most one run, in all and of
/// each variant; and more runs, asked for later, move none from one shard to another.
bool rill_shard_has(rill_shard shard, int32_t n_variants, int32_t variant, int64_t run);

/// "shard-2-of-8": the directory of a shard, in that of its experiment.
void rill_shard_name(rill_shard shard, char name[40]);
/// Whether a directory's name is one of these, and of which shard.
bool rill_shard_of_name(rill_shard *shard, const char *name);

#endif
