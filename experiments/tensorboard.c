// Event files: protocol buffers, encoded by hand, in TFRecord frames.
//
// tensorflow/core/util/event.proto, tensorflow/core/framework/{summary,tensor,tensor_shape}.proto of
// TensorFlow 2; the fields that are written:
//     Event            1 wall_time (double), 2 step (int64), 3 file_version (string), 5 summary
//     Summary          1 value (repeated)
//     Summary.Value    1 tag (string), 2 simple_value (float), 8 tensor, 9 metadata
//     SummaryMetadata  1 plugin_data
//     PluginData       1 plugin_name (string)
//     TensorProto      1 dtype (enum; 7 is a string), 2 tensor_shape, 8 string_val (bytes, repeated)
#include "experiments/bytes.h"

#include <errno.h>
#include <rill/tensorboard.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t rill_crc32c(const void *bytes, size_t n)
{
    // the remainders of four bits by the reflected polynomial 0x82f63b78
    static const uint32_t of_nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    const unsigned char *byte = bytes;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= byte[i];
        crc = (crc >> 4) ^ of_nibble[crc & 15];
        crc = (crc >> 4) ^ of_nibble[crc & 15];
    }
    return ~crc;
}

// ------------------------------------------------------------------------------- protocol buffers

enum { WIRE_VARINT = 0, WIRE_64_BITS = 1, WIRE_BYTES = 2, WIRE_32_BITS = 5 };

/// A number as `n` bytes, the lowest first.
static void to_bytes(uint64_t number, unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
}

static void put_fixed(bytes_writer *m, uint64_t number, size_t n_bytes)
{
    unsigned char bytes[8];
    to_bytes(number, bytes, n_bytes);
    bytes_put_bytes(m, bytes, n_bytes);
}

static void put_varint(bytes_writer *m, uint64_t number)
{
    for (; number > 127; number >>= 7) {
        put_fixed(m, (number & 127) | 128, 1);
    }
    put_fixed(m, number, 1);
}

static void put_key(bytes_writer *m, unsigned field, unsigned wire)
{
    put_varint(m, field << 3 | wire);
}

static void put_integer(bytes_writer *m, unsigned field, int64_t number)
{
    put_key(m, field, WIRE_VARINT);
    put_varint(m, (uint64_t)number);
}

static void put_double(bytes_writer *m, unsigned field, double number)
{
    put_key(m, field, WIRE_64_BITS);
    bytes_put_real(m, number);
}

static void put_float(bytes_writer *m, unsigned field, float number)
{
    uint32_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    put_key(m, field, WIRE_32_BITS);
    put_fixed(m, bits, 4);
}

static void put_bytes(bytes_writer *m, unsigned field, const void *bytes, size_t n)
{
    put_key(m, field, WIRE_BYTES);
    put_varint(m, n);
    bytes_put_bytes(m, bytes, n);
}

static void put_text(bytes_writer *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

/// A message inside another, which is empty afterwards, with its memory kept.
static void put_message(bytes_writer *m, unsigned field, bytes_writer *inner)
{
    m->is_incomplete = m->is_incomplete || inner->is_incomplete;
    put_bytes(m, field, inner->data, inner->size);
    inner->size = 0;
}

// ------------------------------------------------------------------------------------------ events

struct rill_event_file {
    FILE *stream;
    char *path;
    bytes_writer event, summary, value, part; ///< messages under way
    bool has_failed;                          ///< to write
    bool is_out_of_memory;                    ///< something was left out
};

static uint32_t mask(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/// Writes the event under way, framed, and begins another.
static void write_event(rill_event_file *file)
{
    bytes_writer *event = &file->event;
    unsigned char head[12], tail[4];
    to_bytes(event->size, head, 8);
    to_bytes(mask(rill_crc32c(head, 8)), head + 8, 4);
    to_bytes(mask(rill_crc32c(event->data, event->size)), tail, 4);
    if (event->is_incomplete) {
        file->is_out_of_memory = true;
    } else if (fwrite(head, 1, sizeof head, file->stream) != sizeof head ||
               fwrite(event->data, 1, event->size, file->stream) != event->size ||
               fwrite(tail, 1, sizeof tail, file->stream) != sizeof tail) {
        file->has_failed = true;
    }
    event->size = 0;
}

/// Writes the value under way as an event of its own.
static void write_value(rill_event_file *file, int64_t step, double wall_time)
{
    put_message(&file->summary, 1, &file->value);
    put_double(&file->event, 1, wall_time);
    put_integer(&file->event, 2, step);
    put_message(&file->event, 5, &file->summary);
    write_event(file);
}

rill_status rill_event_file_create(rill_event_file **out, const char *path, double wall_time,
                                   rill_error *error)
{
    *out = NULL;
    rill_event_file *file = calloc(1, sizeof *file);
    if (file == NULL || (file->path = strdup(path)) == NULL) {
        free(file);
        return rill_error_no_memory(error);
    }
    file->stream = fopen(path, "wb");
    if (file->stream == NULL) {
        const rill_status status =
            rill_error_set(error, RILL_IO, "", "cannot create %s: %s", path, strerror(errno));
        free(file->path);
        free(file);
        return status;
    }
    put_double(&file->event, 1, wall_time);
    put_text(&file->event, 3, "brain.Event:2");
    write_event(file);
    *out = file;
    return RILL_OK;
}

void rill_event_file_scalar(rill_event_file *file, const char *tag, int64_t step, double wall_time,
                            double value)
{
    put_text(&file->value, 1, tag);
    put_float(&file->value, 2, (float)value);
    write_value(file, step, wall_time);
}

void rill_event_file_text(rill_event_file *file, const char *tag, int64_t step, double wall_time,
                          const char *text)
{
    enum { DT_STRING = 7 };
    bytes_writer name = {0};
    put_text(&file->value, 1, tag);
    // a tensor of no dimensions: one text
    put_integer(&file->part, 1, DT_STRING);
    put_bytes(&file->part, 2, "", 0);
    put_text(&file->part, 8, text);
    put_message(&file->value, 8, &file->part);
    put_text(&name, 1, "text");
    put_message(&file->part, 1, &name);
    put_message(&file->value, 9, &file->part);
    write_value(file, step, wall_time);
    free(name.data);
}

rill_status rill_event_file_close(rill_event_file *file, rill_error *error)
{
    if (file == NULL) {
        return RILL_OK;
    }
    errno = 0;
    const bool has_failed = fclose(file->stream) != 0 || file->has_failed;
    rill_status status = RILL_OK;
    if (has_failed) {
        status = rill_error_set(error, RILL_IO, "", "cannot write all of %s: %s", file->path,
                                errno == 0 ? "the disk may be full" : strerror(errno));
    } else if (file->is_out_of_memory) {
        status = rill_error_no_memory(error);
    }
    free(file->event.data);
    free(file->summary.data);
    free(file->value.data);
    free(file->part.data);
    free(file->path);
    free(file);
    return status;
}
