// The engine of figures: names of pictures, texts in scripts, a gnuplot that is not there or does not draw.
#include "plots/gnuplot.h"
#include "tests/program.h"

static const gnuplot_frame frame = {.title = "a title", .subtitle = "", .x = "x", .y = "y"};

START_TEST(test_names)
{
    static const char *const good[] = {"f.png", "a/b.c/f.svg", "./f.g.pdf"};
    static const char *const bad[] = {"",     "f",      "f.gif",   "png",
                                      ".png", "a/.png", "a.png/f", "f.PNG"};
    rill_error error = {0};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ASSERT_OK(gnuplot_check_name(good[i], &error), &error);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ASSERT_REFUSED(gnuplot_check_name(bad[i], &error), &error, "", ".png, .svg or .pdf");
    }
}
END_TEST

static char *printed(const char *text)
{
    FILE *file = fopen("text", "w");
    gnuplot_print_text(file, text);
    fclose(file);
    return read_whole("text", NULL);
}

// A text cannot leave its quotes, and in single ones gnuplot runs no `commands`.
START_TEST(test_texts_are_quoted)
{
    static const struct {
        const char *text, *quoted;
    } cases[] = {
        {"", "''"},
        {"Q-learning", "'Q-learning'"},
        {"A' before", "'A'' before'"},
        {"'; system('x", "'''; system(''x'"},
        {"`touch x` \"$y\" @z \\n", "'`touch x` \"$y\" @z \\n'"},
        {"two\nlines\t", "'two lines '"},
        {"\xce\xb5 = 0.1", "'\xce\xb5 = 0.1'"},
    };
    enter_fresh_directory();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = printed(cases[i].text);
        ck_assert_str_eq(text, cases[i].quoted);
        free(text);
    }
    ck_assert_uint_eq(gnuplot_text_length("\xce\xb5 = 0.1"), 7);
}
END_TEST

START_TEST(test_blocks)
{
    gnuplot figure;
    rill_error error = {0};
    enter_fresh_directory();
    ASSERT_OK(gnuplot_open(&figure, "f.png", &frame, &error), &error);
    ck_assert_int_eq(gnuplot_block(&figure, "one\nline"), 0);
    fprintf(figure.data, "1 2\n");
    ck_assert_int_eq(gnuplot_block(&figure, "two"), 1);
    fprintf(figure.data, "3 4\n");
    fflush(figure.data);
    char *data = read_whole("f.dat", NULL);
    ck_assert_str_eq(data, "# one line\n1 2\n\n\n# two\n3 4\n");
    free(data);
    gnuplot_abandon(&figure);
    ck_assert_int_eq(count_entries("."), 0);
}
END_TEST

/// Puts a program of this text in the place of gnuplot.
static void pretend(const char *script)
{
    ck_assert_int_eq(mkdir("bin", 0777), 0);
    write_bytes("bin/gnuplot", script, strlen(script));
    ck_assert_int_eq(chmod("bin/gnuplot", 0777), 0);
    char path[PATH_SIZE];
    ck_assert_ptr_nonnull(getcwd(path, sizeof path - 64));
    strcat(path, "/bin:/usr/bin:/bin");
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
}

START_TEST(test_no_gnuplot)
{
    rill_error error = {0};
    enter_fresh_directory();
    ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
    ck_assert_int_eq(gnuplot_check(&error), RILL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "gnuplot-nox"));
}
END_TEST

// What gnuplot complains about is told, and no picture is left, not even one of an earlier time.
START_TEST(test_failure)
{
    gnuplot figure;
    rill_error error = {0};
    enter_fresh_directory();
    pretend(
        "#!/bin/sh\necho half > f.png\nprintf '%s\\n' 'plot data' '     ^' \"line 3: no such style\" "
        ">&2\nexit 1\n");
    write_bytes("f.png", "old", 3);
    ASSERT_OK(gnuplot_open(&figure, "f.png", &frame, &error), &error);
    ck_assert_int_eq(gnuplot_finish(&figure, &error), RILL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "line 3: no such style"));
    ck_assert_ptr_nonnull(strstr(error.message, "f.gp"));
    ck_assert(!exists("f.png"));
    ck_assert(exists("f.gp"));
}
END_TEST

// gnuplot that ends well without a picture has failed too.
START_TEST(test_nothing_drawn)
{
    gnuplot figure;
    rill_error error = {0};
    enter_fresh_directory();
    pretend("#!/bin/sh\nexit 0\n");
    ASSERT_OK(gnuplot_check(&error), &error);
    ASSERT_OK(gnuplot_open(&figure, "f.png", &frame, &error), &error);
    ck_assert_int_eq(gnuplot_finish(&figure, &error), RILL_IO);
}
END_TEST

// gnuplot works in the directory of the picture, and reads the script as its input.
START_TEST(test_directory)
{
    gnuplot figure;
    rill_error error = {0};
    enter_fresh_directory();
    ck_assert_int_eq(mkdir("it's here", 0777), 0);
    pretend("#!/bin/sh\ncat > f.svg\n");
    ASSERT_OK(gnuplot_open(&figure, "it's here/f.svg", &frame, &error), &error);
    ASSERT_OK(gnuplot_finish(&figure, &error), &error);
    char *script = read_whole("it's here/f.gp", NULL), *got = read_whole("it's here/f.svg", NULL);
    ck_assert_str_eq(script, got);
    ck_assert_ptr_nonnull(strstr(script, "\nset output 'f.svg'\n"));
    ck_assert_ptr_nonnull(strstr(script, "set terminal svg "));
    free(script);
    free(got);
}
END_TEST

START_TEST(test_unwritable)
{
    gnuplot figure;
    rill_error error = {0};
    enter_fresh_directory();
    ck_assert_int_eq(gnuplot_open(&figure, "nowhere/f.png", &frame, &error), RILL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "nowhere/f.gp"));
    ck_assert_int_eq(mkdir("f.dat", 0777), 0);
    ck_assert_int_eq(gnuplot_open(&figure, "f.png", &frame, &error), RILL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "f.dat"));
    ck_assert(!exists("f.gp"));
}
END_TEST

// Refused before anything is written or gnuplot is asked for.
START_TEST(test_refusals_of_the_command)
{
    static const struct {
        const char *arguments[3], *part;
    } cases[] = {
        {{"--kind=curves", NULL}, "-o: missing"},
        {{"-o=f.gif", NULL}, "-o: \"f.gif\" is no name of a picture"},
        {{"-o=f.png", "--kind=curve", NULL}, "did you mean \"curves\"?"},
        {{"-o=f.png", "--smooth=0", NULL}, "--smooth: 0 is out of range"},
        {{"-o=f.png", "--window=3", NULL}, "--window: \"3\" is not A:B"},
    };
    enter_fresh_directory();
    ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        RUN("plot", "results", cases[i].arguments[0], cases[i].arguments[1]);
        ASSERT_FAILED_WITH(2, cases[i].part);
    }
    RUN("plot", "-o=f.png");
    ASSERT_FAILED_WITH(2, "expected one result directory");
    RUN("plot", "results", "-o=f.png");
    ASSERT_FAILED_WITH(4, "install the package gnuplot-nox");
    ck_assert_int_eq(count_entries("."), 0);
}
END_TEST

TEST_MAIN_WITH_FILES(test_names, test_texts_are_quoted, test_blocks, test_no_gnuplot, test_failure,
                     test_nothing_drawn, test_directory, test_unwritable,
                     test_refusals_of_the_command)
