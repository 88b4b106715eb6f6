// Shards of an experiment: together all runs, each once; evenly; and whatever is asked for later.
#include "experiments/shard.h"
#include "tests/runs.h"

static rill_error error;

START_TEST(test_texts)
{
    static const struct {
        const char *text;
        int32_t number, count;
    } good[] = {{"1/1", 1, 1}, {"2/8", 2, 8}, {"8/8", 8, 8}, {"1000000/1000000", 1000000, 1000000}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        rill_shard shard;
        ASSERT_OK(rill_shard_read(&shard, good[i].text, &error), &error);
        ck_assert_int_eq(shard.number, good[i].number);
        ck_assert_int_eq(shard.count, good[i].count);
        char name[40];
        rill_shard back;
        rill_shard_name(shard, name);
        ASSERT_FOR(name, rill_shard_of_name(&back, name));
        ck_assert_int_eq(back.number, shard.number);
        ck_assert_int_eq(back.count, shard.count);
    }
    static const char *const no_form[] = {
        "",     "3",     "/",    "1/",    "/4",  "1/4 ", " 1/4",      "a/b",
        "1/-4", "1.0/4", "1//4", "1/4/2", "1:4", "1/0",  "1/1000001", "1/99999999999999999999"};
    for (size_t i = 0; i < sizeof no_form / sizeof no_form[0]; i++) {
        rill_shard shard;
        ASSERT_REFUSED(rill_shard_read(&shard, no_form[i], &error), &error, "",
                       "is no shard; write i/n");
    }
    static const char *const no_share[] = {"0/4", "5/4", "2000000/4"};
    for (size_t i = 0; i < sizeof no_share / sizeof no_share[0]; i++) {
        rill_shard shard;
        ck_assert_int_eq(rill_shard_read(&shard, no_share[i], &error), RILL_INVALID);
    }
    rill_shard shard;
    ASSERT_REFUSED(rill_shard_read(&shard, "5/4", &error), &error, "",
                   "\"5/4\" is no shard; those of 4 are 1/4 to 4/4");
    static const char *const no_name[] = {
        "shard",        "shard-1",          "shard-1-of-",  "shard-0-of-4",
        "shard-5-of-4", "shard-1-of-4.old", "Shard-1-of-4", "x"};
    for (size_t i = 0; i < sizeof no_name / sizeof no_name[0]; i++) {
        ASSERT_FOR(no_name[i], !rill_shard_of_name(&shard, no_name[i]));
    }
}
END_TEST

/// For all small numbers of variants, runs and shares.
START_TEST(test_shards_are_even)
{
    enum { MAX_VARIANTS = 13, MAX_RUNS = 30, MAX_SHARES = 18 };
    for (int32_t n_variants = 1; n_variants <= MAX_VARIANTS; n_variants++) {
        for (int32_t n = 1; n <= MAX_SHARES; n++) {
            int64_t of_share[MAX_SHARES] = {0};
            int64_t of_variant[MAX_VARIANTS][MAX_SHARES] = {{0}};
            // after each round of runs, as if it were the last: the shards do not depend on how many
            for (int64_t run = 0; run < MAX_RUNS; run++) {
                for (int32_t variant = 0; variant < n_variants; variant++) {
                    int n_owners = 0;
                    for (int32_t i = 1; i <= n; i++) {
                        if (rill_shard_has((rill_shard){i, n}, n_variants, variant, run)) {
                            of_share[i - 1]++;
                            of_variant[variant][i - 1]++;
                            n_owners++;
                        }
                    }
                    ck_assert_int_eq(n_owners, 1);
                }
                for (int32_t i = 0; i < n; i++) {
                    const int64_t all = (run + 1) * n_variants;
                    ck_assert_int_ge(of_share[i], all / n);
                    ck_assert_int_le(of_share[i], (all + n - 1) / n);
                    for (int32_t variant = 0; variant < n_variants; variant++) {
                        ck_assert_int_ge(of_variant[variant][i], (run + 1) / n);
                        ck_assert_int_le(of_variant[variant][i], (run + n) / n);
                    }
                }
            }
        }
    }
}
END_TEST

TEST_MAIN(test_texts, test_shards_are_even)
