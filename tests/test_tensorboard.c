// Event files, by a decoder of the test's own, and what `rill export --format tensorboard` puts into them.
// tests/read_event_files.py reads them with TensorBoard itself.
#include "tests/program.h"

#include <rill/tensorboard.h>

// ---- decoding ----

/// Bit by bit, from the definition: x^32 + x^28 + ... reflected.
static uint32_t crc_of(const unsigned char *bytes, size_t n)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < 8 * n; i++) {
        const uint32_t bit = (crc ^ (uint32_t)(bytes[i / 8] >> (i % 8))) & 1;
        crc = (crc >> 1) ^ (bit != 0 ? 0x82f63b78u : 0);
    }
    return crc ^ 0xffffffffu;
}

static uint64_t little_endian(const unsigned char *bytes, int n)
{
    uint64_t number = 0;
    for (int i = n - 1; i >= 0; i--) {
        number = number << 8 | bytes[i];
    }
    return number;
}

/// The CRC of (n) bytes stands masked behind them.
static void check_crc(const unsigned char *bytes, size_t n)
{
    const uint32_t rotated = (uint32_t)little_endian(bytes + n, 4) - 0xa282ead8u;
    ck_assert_uint_eq(rotated << 15 | rotated >> 17, crc_of(bytes, n));
}

/// One field of a message.
typedef struct field {
    uint64_t number, wire;
    uint64_t scalar;            ///< of a varint, or of 4 or 8 bytes
    const unsigned char *bytes; ///< (size) of a message or text
    size_t size;
} field;

static uint64_t read_varint(const unsigned char **at, const unsigned char *end)
{
    uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
        ck_assert(*at < end && shift < 64);
        const uint64_t byte = *(*at)++;
        number |= (byte & 127) << shift;
        if (byte < 128) {
            return number;
        }
    }
}

static field read_field(const unsigned char **at, const unsigned char *end)
{
    const uint64_t key = read_varint(at, end);
    field f = {.number = key >> 3, .wire = key & 7};
    ck_assert(f.wire == 0 || f.wire == 1 || f.wire == 2 || f.wire == 5);
    if (f.wire == 0) {
        f.scalar = read_varint(at, end);
        return f;
    }
    f.size = f.wire == 2 ? read_varint(at, end) : f.wire == 1 ? 8 : 4;
    ck_assert_uint_le(f.size, (size_t)(end - *at));
    f.bytes = *at;
    f.scalar = f.wire == 2 ? 0 : little_endian(*at, (int)f.size);
    *at += f.size;
    return f;
}

/// The only field of a number in a message, of a wire type; a zero where there is none.
static field find(const unsigned char *bytes, size_t size, uint64_t number, uint64_t wire)
{
    const unsigned char *at = bytes, *end = bytes + size;
    field found = {0};
    while (at < end) {
        const field f = read_field(&at, end);
        if (f.number == number) {
            ck_assert(found.number == 0 && f.wire == wire);
            found = f;
        }
    }
    return found;
}

#define INSIDE(f, number, wire) find((f).bytes, (f).size, number, wire)

static double as_double(field f)
{
    double value = 0.0;
    memcpy(&value, &f.scalar, sizeof value);
    return value;
}

static float as_float(field f)
{
    const uint32_t bits = (uint32_t)f.scalar;
    float value = 0.0f;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_text(field f, const char *text)
{
    return f.size == strlen(text) && memcmp(f.bytes, text, f.size) == 0;
}

/// A file under way.
typedef struct events {
    unsigned char *bytes;
    size_t size, at;
} events;

/// The file, behind its first event.
static events open_events(const char *path)
{
    events file = {NULL, 0, 0};
    file.bytes = (unsigned char *)read_whole(path, &file.size);
    return file;
}

/// The next event, whose frame is checked.
static field next_event(events *file)
{
    const unsigned char *frame = file->bytes + file->at;
    ck_assert_uint_ge(file->size - file->at, 16);
    check_crc(frame, 8);
    const size_t size = little_endian(frame, 8);
    ck_assert_uint_ge(file->size - file->at, size + 16);
    check_crc(frame + 12, size);
    file->at += size + 16;
    return (field){.bytes = frame + 12, .size = size};
}

// ---- tests ----

START_TEST(test_crc)
{
    // RFC 3720, appendix B.4; and the check value of the catalogue of CRCs
    unsigned char zeros[32] = {0}, ones[32], up[32], down[32];
    for (unsigned char i = 0; i < 32; i++) {
        ones[i] = 0xff;
        up[i] = i;
        down[i] = (unsigned char)(31 - i);
    }
    ck_assert_uint_eq(rill_crc32c(zeros, 32), 0x8a9136aau);
    ck_assert_uint_eq(rill_crc32c(ones, 32), 0x62a8ab43u);
    ck_assert_uint_eq(rill_crc32c(up, 32), 0x46dd794eu);
    ck_assert_uint_eq(rill_crc32c(down, 32), 0x113fdb5cu);
    ck_assert_uint_eq(rill_crc32c("123456789", 9), 0xe3069283u);
    ck_assert_uint_eq(rill_crc32c("", 0), 0);
    for (size_t n = 0; n < 32; n++) {
        ck_assert_uint_eq(rill_crc32c(down, n), crc_of(down, n));
    }
}
END_TEST

/// Numbers that take 1 to 9 bytes as a varint, texts longer than 127, what is no number.
START_TEST(test_written_and_read)
{
    static const int64_t steps[] = {0, 1, 127, 128, 16383, 16384, INT64_C(1) << 40, INT64_MAX};
    static const double values[] = {
        0.0, -1.5, 1e-3, 3.25e38, (double)INFINITY, -(double)INFINITY, (double)NAN, 0x1p-130};
    enum { N = sizeof steps / sizeof steps[0] };
    char text[301];
    memset(text, 'x', 300);
    text[300] = '\0';
    rill_error error = {0};
    rill_event_file *file = NULL;
    enter_fresh_directory();
    ASSERT_OK(rill_event_file_create(&file, "x.tfevents", 12.5, &error), &error);
    for (int i = 0; i < N; i++) {
        rill_event_file_scalar(file, i == 3 ? text : "tag", steps[i], 13.0 + i, values[i]);
    }
    rill_event_file_text(file, "note", 7, 99.0, text);
    ASSERT_OK(rill_event_file_close(file, &error), &error);
    events read = open_events("x.tfevents");
    field event = next_event(&read);
    ck_assert(as_double(INSIDE(event, 1, 1)) == 12.5);
    ck_assert(is_text(INSIDE(event, 3, 2), "brain.Event:2"));
    for (int i = 0; i < N; i++) {
        event = next_event(&read);
        const field value = INSIDE(INSIDE(event, 5, 2), 1, 2);
        ck_assert(as_double(INSIDE(event, 1, 1)) == 13.0 + i);
        ck_assert_uint_eq(INSIDE(event, 2, 0).scalar, (uint64_t)steps[i]);
        ck_assert(is_text(INSIDE(value, 1, 2), i == 3 ? text : "tag"));
        const float number = as_float(INSIDE(value, 2, 5));
        ck_assert(isnan(values[i]) ? isnan(number) : number == (float)values[i]);
    }
    event = next_event(&read);
    const field value = INSIDE(INSIDE(event, 5, 2), 1, 2);
    const field tensor = INSIDE(value, 8, 2);
    ck_assert_uint_eq(INSIDE(event, 2, 0).scalar, 7);
    ck_assert(is_text(INSIDE(value, 1, 2), "note"));
    ck_assert_uint_eq(INSIDE(tensor, 1, 0).scalar, 7); // DT_STRING
    ck_assert(is_text(INSIDE(tensor, 8, 2), text));
    ck_assert(is_text(INSIDE(INSIDE(INSIDE(value, 9, 2), 1, 2), 1, 2), "text"));
    ck_assert_uint_eq(read.at, read.size);
    free(read.bytes);
    ASSERT_OK(rill_event_file_close(NULL, &error), &error);
}
END_TEST

START_TEST(test_cannot_write)
{
    rill_error error = {0};
    rill_event_file *file = NULL;
    enter_fresh_directory();
    ck_assert_int_eq(rill_event_file_create(&file, "absent/x.tfevents", 0.0, &error), RILL_IO);
    ck_assert_ptr_null(file);
    ck_assert_ptr_nonnull(strstr(error.message, "absent/x.tfevents"));
    if (exists("/dev/full")) {
        ASSERT_OK(rill_event_file_create(&file, "/dev/full", 0.0, &error), &error);
        rill_event_file_scalar(file, "tag", 1, 1.0, 1.0);
        ck_assert_int_eq(rill_event_file_close(file, &error), RILL_IO);
        ck_assert_ptr_nonnull(strstr(error.message, "cannot write all of /dev/full"));
    }
}
END_TEST

// ---- the program ----

static void make_results(void)
{
    write_json(
        "x.json",
        "{'environment': {'id': 'random_walk'}, 'agents': [{'id': 'td0', 'label': '../a/b'}, "
        "{'id': 'td0', 'label': '.._a_b'}, {'id': 'td0', 'label': 'Plain, 5 %'}], 'stop': "
        "{'episodes': 40}, 'runs': 2, 'record': ['return', {'metric': 'td_error', 'unit': "
        "'steps', 'every': 30}]}");
    ASSERT_DONE("run", "x.json", "--out", "out", "--quiet");
}

/// The scalars of a run, in the order of the CSV, against its lines.
static void check_scalars(const char *path, const char *csv, const char *first_line)
{
    events file = open_events(path);
    field event = next_event(&file);
    double before = as_double(INSIDE(event, 1, 1));
    ck_assert(before > 1.6e9 && before < 1e11); // a time of this century
    event = next_event(&file);
    const field config = INSIDE(INSIDE(event, 5, 2), 1, 2);
    ck_assert(is_text(INSIDE(config, 1, 2), "config"));
    const char *line = strstr(csv, first_line);
    ck_assert_ptr_nonnull(line);
    int n = 0;
    char tag[32] = "";
    while (file.at < file.size) {
        char metric[32];
        long long position = 0;
        double value = 0.0;
        const char *rest = line + strlen(first_line) - strlen("return");
        ck_assert_int_eq(sscanf(rest, "%31[^,],%*[^,],%lld,%lf", metric, &position, &value), 3);
        event = next_event(&file);
        const field number = INSIDE(INSIDE(event, 5, 2), 1, 2);
        ck_assert(is_text(INSIDE(number, 1, 2), metric));
        ck_assert_uint_eq(INSIDE(event, 2, 0).scalar, (uint64_t)position);
        ck_assert(as_float(INSIDE(number, 2, 5)) == (float)value);
        const double time = as_double(INSIDE(event, 1, 1));
        ck_assert(strcmp(tag, metric) != 0 || time >= before);
        before = time;
        strcpy(tag, metric);
        line = strchr(line, '\n') + 1;
        n++;
    }
    ck_assert_int_gt(n, 41);
    ck_assert_str_eq(tag, "td_error");
    free(file.bytes);
}

START_TEST(test_export)
{
    enter_fresh_directory();
    make_results();
    ASSERT_DONE("export", "out", "--format", "csv");
    char *csv = strdup(ran.out);
    ASSERT_DONE("export", "out", "--format", "tensorboard", "--out", "logs/deep");
    ck_assert_str_eq(ran.out, "");
    ck_assert_int_eq(count_entries("logs/deep"), 3); // labels that look alike as names are apart
    check_scalars("logs/deep/Plain, 5 %/run-1/events.out.tfevents.rill", csv,
                  "\"Plain, 5 %\",1,return");
    check_scalars("logs/deep/_._a_b (1)/run-0/events.out.tfevents.rill", csv, "../a/b,0,return");
    check_scalars("logs/deep/_._a_b (2)/run-0/events.out.tfevents.rill", csv, ".._a_b,0,return");
    ck_assert(!exists("a") && !exists("../a"));
    // smoothed alike, and once more into the same directory
    free(csv);
    ASSERT_DONE("export", "out", "--format", "csv", "--smooth", "7");
    csv = strdup(ran.out);
    ASSERT_DONE("export", "out", "--format", "tensorboard", "--out", "logs/deep", "--smooth", "7");
    check_scalars("logs/deep/Plain, 5 %/run-1/events.out.tfevents.rill", csv,
                  "\"Plain, 5 %\",1,return");
    free(csv);
}
END_TEST

/// Values of the CSV of a run are the trailing means of the recorded ones.
START_TEST(test_smooth)
{
    enter_fresh_directory();
    make_results();
    ASSERT_DONE("export", "out", "--format", "csv");
    double values[40], sum = 0.0;
    const char *line = strstr(ran.out, "../a/b,0,return");
    for (int i = 0; i < 40; i++, line = strchr(line, '\n') + 1) {
        ck_assert_int_eq(sscanf(line, "%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%lf", &values[i]), 1);
    }
    ASSERT_DONE("export", "out", "--format", "csv", "--smooth", "5");
    line = strstr(ran.out, "../a/b,0,return");
    for (int i = 0; i < 40; i++, line = strchr(line, '\n') + 1) {
        double value = 0.0;
        ck_assert_int_eq(sscanf(line, "%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%lf", &value), 1);
        sum += values[i] - (i >= 5 ? values[i - 5] : 0.0);
        ASSERT_NEAR(value, sum / fmin(i + 1.0, 5.0), 1e-12);
    }
    char *json = NULL;
    ASSERT_DONE("export", "out", "--format", "json", "--smooth", "1");
    json = strdup(ran.out);
    ASSERT_DONE("export", "out", "--format", "json");
    ck_assert_str_eq(ran.out, json);
    free(json);
}
END_TEST

START_TEST(test_refused)
{
    enter_fresh_directory();
    make_results();
    static const struct {
        const char *arguments[8];
        const char *message;
    } cases[] = {
        {{"export", "out", "--format", "tensorboard"}, "--out: missing; say which directory"},
        {{"export", "out", "--format", "csv", "--out", "logs"},
         "--out: is for --format tensorboard"},
        {{"export", "out", "--format", "tensorbord", "--out", "x"},
         "did you mean \"tensorboard\"?"},
        {{"export", "out", "--format", "csv", "--smooth", "0"}, "--smooth"},
        {{"export", "out", "--format", "csv", "--values", "--smooth", "3"},
         "--values: takes neither --format tensorboard nor --smooth"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_program(&(start_options){0}, cases[i].arguments);
        ASSERT_FAILED_WITH(2, cases[i].message);
    }
    write_bytes("file", "", 0);
    static const char *const onto_file[] = {"export", "out",    "--format", "tensorboard",
                                            "--out",  "file/x", NULL};
    run_program(&(start_options){0}, onto_file);
    ASSERT_FAILED_WITH(4, "cannot create the directory file");
}
END_TEST

TEST_MAIN_WITH_FILES(test_crc, test_written_and_read, test_cannot_write, test_export, test_smooth,
                     test_refused)
