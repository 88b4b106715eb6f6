// docs/gallery.md and docs/gallery/: every picture is shown, and made by a command beside it.
#include "tests/program.h"

static char *page;

/// Whether the page shows a picture, and has a command that writes it.
static void assert_shown_and_made(const char *name)
{
    char part[PATH_SIZE];
    snprintf(part, sizeof part, "![](gallery/%s)", name);
    const char *shown = strstr(page, part);
    ck_assert_msg(shown != NULL, "%s is not shown", name);
    const char *next = strstr(shown + 1, "![](");
    snprintf(part, sizeof part, "-o docs/gallery/%s", name);
    const char *drawn = strstr(shown, part);
    snprintf(part, sizeof part, "--screenshot docs/gallery/%s\n", name);
    const char *taken = strstr(shown, part);
    const char *made = drawn == NULL ? taken : drawn;
    ck_assert_msg(made != NULL && (next == NULL || made < next), "%s: no command makes it", name);
}

START_TEST(test_pictures_and_page_agree)
{
    page = read_whole(RILL_SOURCE_DIR "/docs/gallery.md", NULL);
    int n_files = 0, n_shown = 0;
    DIR *directory = opendir(RILL_SOURCE_DIR "/docs/gallery");
    ck_assert_ptr_nonnull(directory);
    const struct dirent *entry = NULL;
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[PATH_SIZE];
        snprintf(path, sizeof path, RILL_SOURCE_DIR "/docs/gallery/%.200s", entry->d_name);
        size_t size = 0;
        char *bytes = read_whole(path, &size);
        ck_assert_msg(size > 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0, "%s: no PNG file",
                      entry->d_name);
        ck_assert_msg(size < 150000, "%s takes %zu bytes", entry->d_name, size);
        assert_shown_and_made(entry->d_name);
        free(bytes);
        n_files++;
    }
    closedir(directory);
    for (const char *at = page; (at = strstr(at, "![](gallery/")) != NULL; at++) {
        n_shown++;
    }
    ck_assert_int_gt(n_files, 10);
    ck_assert_int_eq(n_shown, n_files);
    free(page);
}
END_TEST

/// Each experiment that a command names is there.
START_TEST(test_experiments_are_there)
{
    page = read_whole(RILL_SOURCE_DIR "/docs/gallery.md", NULL);
    int n = 0;
    for (const char *at = page; (at = strstr(at, " experiments/")) != NULL; n++) {
        char path[PATH_SIZE];
        at++;
        snprintf(path, sizeof path, RILL_SOURCE_DIR "/%.*s", (int)strcspn(at, " \n"), at);
        ck_assert_msg(exists(path), "%s is not there", path);
    }
    ck_assert_int_gt(n, 10);
    free(page);
}
END_TEST

TEST_MAIN_WITH_FILES(test_pictures_and_page_agree, test_experiments_are_there)
