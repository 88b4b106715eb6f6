/// The example that README shows is the one that is built.
#include "tests/test.h"

#include "experiments/json.h"

START_TEST(readme_shows_the_example)
{
    char *readme = NULL;
    char *example = NULL;
    ck_assert_int_eq(json_read_file(RILL_SOURCE_DIR "/README.md", &readme, NULL), RILL_OK);
    ck_assert_int_eq(json_read_file(RILL_SOURCE_DIR "/examples/loop.c", &example, NULL), RILL_OK);
    ck_assert_uint_gt(strlen(example), 500);
    ck_assert_ptr_nonnull(strstr(readme, example));
    free(readme);
    free(example);
}
END_TEST

TEST_MAIN(readme_shows_the_example)
