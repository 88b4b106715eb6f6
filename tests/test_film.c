/// Films: files by ffmpeg, numbered pictures without it, and what goes wrong.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "plots/window/recording.h"

static const char experiment[] =
    "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
    " 'stop': {'episodes': 40}, 'runs': 1, 'seed': 7,"
    " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}";

/// Only programs of the directory "programs" are found from here on. Answers the path before.
static char *hide_programs(void)
{
    char *before = strdup(getenv("PATH"));
    char here[PATH_SIZE], programs[PATH_SIZE + 16];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    snprintf(programs, sizeof programs, "%s/programs", here);
    mkdir(programs, 0777);
    setenv("PATH", programs, 1);
    return before;
}

static void show_programs(char *before)
{
    setenv("PATH", before, 1);
    free(before);
}

/// A program called ffmpeg.
static void write_ffmpeg(const char *script)
{
    write_bytes("programs/ffmpeg", script, strlen(script));
    ck_assert_int_eq(chmod("programs/ffmpeg", 0755), 0);
}

static raster make_picture(int width, int height)
{
    raster picture = {0};
    ck_assert(raster_resize(&picture, width, height));
    for (int i = 0; i < width * height; i++) {
        picture.pixels[i] = 0xff336699;
    }
    return picture;
}

/// The number after "nb_read_frames=" that ffprobe counts.
static int count_frames(const char *path)
{
    char line[256];
    snprintf(line, sizeof line,
             "ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 %s "
             ">frames.txt",
             path);
    ck_assert_int_eq(system(line), 0);
    char *text = read_whole("frames.txt", NULL);
    const int n = atoi(text);
    free(text);
    return n;
}

START_TEST(ffmpeg_makes_a_film)
{
    // which bytes say what a file is, and how many of 24 pictures are in it
    static const struct {
        const char *file;
        int at;
        const char *signature;
        int frames;
    } films[] = {{"a.mp4", 4, "ftyp", 24},
                 {"a.webm", 0, "\x1a\x45\xdf\xa3", 24},
                 {"a.gif", 0, "GIF89a", 12}};
    if (system("command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null") != 0) {
        fprintf(stderr, "test_film: films are not tested, without ffmpeg\n");
        return;
    }
    enter_fresh_directory();
    write_json("a.json", experiment);
    for (size_t i = 0; i < sizeof films / sizeof films[0]; i++) {
        // an odd size, which mp4 does not have
        ASSERT_DONE("watch", "a.json", "--headless", "--speed", "60", "--frames", "24", "--size",
                    "641x481", "--record", films[i].file);
        ck_assert_msg(strstr(ran.out, films[i].file) != NULL, "%s", ran.out);
        size_t size = 0;
        char *bytes = read_whole(films[i].file, &size);
        ck_assert_uint_gt(size, 1000);
        ck_assert_int_eq(
            memcmp(bytes + films[i].at, films[i].signature, strlen(films[i].signature)), 0);
        free(bytes);
        ck_assert_int_eq(count_frames(films[i].file), films[i].frames);
    }
}
END_TEST

START_TEST(without_ffmpeg_there_are_numbered_pictures)
{
    enter_fresh_directory();
    write_json("a.json", experiment);
    char *before = hide_programs();
    RUN("watch", "a.json", "--headless", "--speed", "60", "--frames", "5", "--record", "cliff.mp4");
    const int code = ran.code;
    const bool is_told = strstr(ran.out, "ffmpeg -framerate 60 -i cliff/cliff-%04d.png") != NULL;
    // a second film must not be mixed with the first
    RUN("watch", "a.json", "--headless", "--frames", "5", "--record", "cliff.mp4");
    show_programs(before);
    ASSERT_FAILED_WITH(4, "cliff");
    ck_assert_int_eq(code, 0);
    ck_assert(is_told);
    ck_assert_int_eq(count_entries("cliff"), 5);
    size_t n_first = 0, n_last = 0;
    char *first = read_whole("cliff/cliff-0001.png", &n_first);
    char *last = read_whole("cliff/cliff-0005.png", &n_last);
    ck_assert_int_eq(memcmp(first, "\x89PNG", 4), 0);
    ck_assert(n_first != n_last || memcmp(first, last, n_first) != 0);
    free(first);
    free(last);
}
END_TEST

START_TEST(a_slow_window_repeats_pictures)
{
    enter_fresh_directory();
    char *before = hide_programs();
    film *slow = NULL;
    rill_error error = {0};
    char message[768];
    raster picture = make_picture(40, 30);
    ASSERT_OK(film_open(&slow, "slow.gif", 40, 30, &error), &error);
    show_programs(before);
    ASSERT_OK(film_add(slow, &picture, 2.5 / 60.0, &error), &error);
    ck_assert_int_eq(count_entries("slow"), 2);
    ASSERT_OK(film_add(slow, &picture, 0.25 / 60.0, &error), &error);
    ck_assert_int_eq(count_entries("slow"), 2);
    ASSERT_OK(film_add(slow, &picture, 0.25 / 60.0, &error), &error);
    ck_assert_int_eq(count_entries("slow"), 3);
    ASSERT_OK(film_close(slow, message, sizeof message, &error), &error);
    ck_assert_msg(strstr(message, "3 pictures to slow/") != NULL, "%s", message);
    raster_release(&picture);
}
END_TEST

START_TEST(another_size_ends_a_film)
{
    enter_fresh_directory();
    char *before = hide_programs();
    rill_error error = {0};
    raster picture = make_picture(40, 30);
    recording key = {0}, wanted = {.wanted = "a.mp4"};
    recording_toggle(&key, &picture);
    ck_assert_ptr_nonnull(key.film);
    for (int i = 0; i < 2; i++) {
        ASSERT_OK(recording_add(&key, &picture, 1.0 / 60.0, &error), &error);
        ASSERT_OK(recording_add(&wanted, &picture, 1.0 / 60.0, &error), &error);
    }
    show_programs(before);
    raster larger = make_picture(41, 30);
    ASSERT_OK(recording_add(&key, &larger, 1.0 / 60.0, &error), &error);
    ASSERT_OK(recording_add(&wanted, &larger, 1.0 / 60.0, &error), &error);
    ck_assert_ptr_null(key.film);
    ck_assert_ptr_null(wanted.film);
    ck_assert_msg(strstr(key.message, "another size") != NULL, "%s", key.message);
    ck_assert_int_eq(count_entries("watch-1"), 2);
    ck_assert_int_eq(count_entries("a"), 2);
    raster_release(&picture);
    raster_release(&larger);
}
END_TEST

START_TEST(what_ffmpeg_complains_about_is_told)
{
    static const char *const scripts[] = {
        "#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 1\n", // while pictures are written
        "#!/bin/sh\n/bin/cat >/dev/null\necho 'Unknown encoder libx264' >&2\nexit 1\n"}; // at the end
    enter_fresh_directory();
    write_json("a.json", experiment);
    raster picture = make_picture(40, 30);
    for (size_t i = 0; i < 2; i++) {
        char *before = hide_programs();
        write_ffmpeg(scripts[i]);
        RUN("watch", "a.json", "--headless", "--frames", "9", "--record", "a.mp4");
        // that of a key is told, and the window stays
        recording key = {0};
        rill_error error = {0};
        recording_toggle(&key, &picture);
        for (int k = 0; k < 300 && key.film != NULL; k++) {
            ASSERT_OK(recording_add(&key, &picture, 1.0 / 60.0, &error), &error);
        }
        ASSERT_OK(recording_end(&key, &error), &error);
        show_programs(before);
        ASSERT_FAILED_WITH(4, "Unknown encoder libx264");
        ck_assert_msg(strstr(ran.err, "exit status 1") != NULL, "%s", ran.err);
        ck_assert_msg(strstr(key.message, "Unknown encoder") != NULL, "%s", key.message);
    }
    raster_release(&picture);
}
END_TEST

START_TEST(other_names_are_refused)
{
    enter_fresh_directory();
    write_json("a.json", experiment);
    static const char *const names[] = {"a.avi", "film", ".mp4", "no.mp4/film"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        RUN("watch", "a.json", "--headless", "--frames", "1", "--record", names[i]);
        ASSERT_FAILED_WITH(2, ".mp4, .webm or .gif");
    }
}
END_TEST

TEST_MAIN_WITH_FILES(ffmpeg_makes_a_film, without_ffmpeg_there_are_numbered_pictures,
                     a_slow_window_repeats_pictures, another_size_ends_a_film,
                     what_ffmpeg_complains_about_is_told, other_names_are_refused)

#else

int main(void)
{
    return 77; // skipped
}

#endif
