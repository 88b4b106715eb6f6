#include "experiments/shard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A positive whole number at the front of a text, which moves behind it; 0 when there is none.
static int32_t read_count(const char **text)
{
    int32_t value = 0;
    while (**text >= '0' && **text <= '9' && value <= RILL_SHARDS_MAX) {
        value = 10 * value + (*(*text)++ - '0');
    }
    return value > RILL_SHARDS_MAX ? 0 : value;
}

rill_status rill_shard_read(rill_shard *shard, const char *text, rill_error *error)
{
    const char *at = text;
    shard->number = read_count(&at);
    const bool has_slash = at > text && *at == '/';
    at += has_slash;
    shard->count = has_slash ? read_count(&at) : 0;
    if (*at != '\0' || !has_slash || shard->count < 1) {
        return rill_error_set(
            error, RILL_INVALID, "",
            "\"%.60s\" is no shard; write i/n, n at most %d: 2/8 is the second of "
            "eight",
            text, RILL_SHARDS_MAX);
    }
    if (shard->number < 1 || shard->number > shard->count) {
        return rill_error_set(
            error, RILL_INVALID, "", "\"%.60s\" is no shard; those of %d are 1/%d to %d/%d", text,
            (int)shard->count, (int)shard->count, (int)shard->count, (int)shard->count);
    }
    return RILL_OK;
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    return b == 0 ? a : greatest_common_divisor(b, a % b);
}

/// Runs are dealt out like cards: run 0 of every variant, then run 1, ... Where the number of variants V
/// and that of shards n have a divisor g in common, a variant would come to n/g of the shards only; so
/// after n/g rounds, when V n/g cards have been dealt and all shards have as many, one is passed over.
bool rill_shard_has(rill_shard shard, int32_t n_variants, int32_t variant, int64_t run)
{
    const int64_t n = shard.count;
    const int64_t rounds = n / greatest_common_divisor(n, n_variants);
    const int64_t card = run % n * (n_variants % n) + variant; // modulo n, without overflow
    return (card + run / rounds % n) % n == shard.number - 1;
}

void rill_shard_name(rill_shard shard, char name[40])
{
    snprintf(name, 40, "shard-%" PRId32 "-of-%" PRId32, shard.number, shard.count);
}

bool rill_shard_of_name(rill_shard *shard, const char *name)
{
    static const char front[] = "shard-";
    if (strncmp(name, front, sizeof front - 1) != 0) {
        return false;
    }
    const char *at = name + sizeof front - 1;
    shard->number = read_count(&at);
    if (strncmp(at, "-of-", 4) != 0) {
        return false;
    }
    at += 4;
    shard->count = read_count(&at);
    return *at == '\0' && shard->number >= 1 && shard->number <= shard->count;
}
