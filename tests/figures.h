/// What tests of `rill plot` share: the numbers of figures, and that gnuplot has made a picture of them.
#ifndef RILL_TESTS_FIGURES_H
#define RILL_TESTS_FIGURES_H

#include "plots/gnuplot.h"
#include "tests/runs.h"

enum { MAX_COLUMNS = 8, MAX_ROWS = 4096, MAX_BLOCKS = 16 };

/// The numbers of a data file.
typedef struct table {
    double rows[MAX_ROWS][MAX_COLUMNS];
    size_t begin[MAX_BLOCKS + 1]; ///< (n_blocks + 1) first row of each block
    size_t n_rows, n_blocks;
} table;

/// What `read_data` read last.
static table data;

static inline void read_data(const char *path)
{
    char *text = read_whole(path, NULL);
    size_t blank = 2;
    memset(&data, 0, sizeof data);
    for (char *line = text, *next = NULL; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (line[0] == '\0') {
            blank++;
            continue;
        }
        if (line[0] == '#') {
            continue;
        }
        if (blank >= 2) {
            ck_assert_uint_lt(data.n_blocks, MAX_BLOCKS);
            data.begin[data.n_blocks++] = data.n_rows;
        }
        blank = 0;
        char *end = line;
        ck_assert_uint_lt(data.n_rows, MAX_ROWS);
        for (size_t i = 0; i < MAX_COLUMNS; i++) {
            data.rows[data.n_rows][i] = strtod(end, &end);
        }
        data.n_rows++;
    }
    data.begin[data.n_blocks] = data.n_rows;
    free(text);
}

/// A picture is there, and not blank: with these many pixels, and more bytes than one colour takes.
static inline void assert_png(const char *path, unsigned width, unsigned height)
{
    static const unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    size_t size = 0;
    char *bytes = read_whole(path, &size);
    const unsigned char *b = (const unsigned char *)bytes;
    ck_assert_uint_gt(size, 10000);
    ck_assert(memcmp(b, signature, sizeof signature) == 0);
    ck_assert_uint_eq((unsigned)b[18] << 8 | b[19], width);
    ck_assert_uint_eq((unsigned)b[22] << 8 | b[23], height);
    free(bytes);
}

static inline bool has_text(const char *path, const char *text)
{
    char *whole = read_whole(path, NULL);
    const bool has = strstr(whole, text) != NULL;
    free(whole);
    return has;
}

/// An experiment.
static const char *const walk =
    "{'name': 'It`s a walk', 'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 1000},"
    " 'agents': [{'label': 'S', 'id': 'sarsa'}, {'label': 'Q', 'id': 'q_learning'}], 'runs': 4,"
    " 'record': ['return', 'length']}";

/// Runs tests of figures; the exit status. Skipped where there is no gnuplot.
static inline int run_figure_tests(const char *file, const TTest *const *tests, size_t n)
{
    rill_error error = {0};
    if (gnuplot_check(&error) != RILL_OK) {
        printf("skipped: %s\n", error.message);
        return 77;
    }
    return run_tests_with_files(file, tests, n);
}

/// main for tests of figures.
#define FIGURES_MAIN(...)                                                         \
    int main(void)                                                                \
    {                                                                             \
        const TTest *const tests[] = {__VA_ARGS__};                               \
        return run_figure_tests(__FILE__, tests, sizeof tests / sizeof tests[0]); \
    }

#endif
