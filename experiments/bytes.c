#include "experiments/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 8 };

/// Room for `n` more bytes; NULL without memory.
static unsigned char *extend(bytes_writer *to, size_t n)
{
    if (to->capacity - to->size < n) {
        const size_t capacity = 2 * to->capacity + n + 64;
        unsigned char *data = realloc(to->data, capacity);
        if (data == NULL) {
            to->is_incomplete = true;
            return NULL;
        }
        to->data = data;
        to->capacity = capacity;
    }
    to->size += n;
    return to->data + to->size - n;
}

static void write_number(unsigned char *at, uint64_t number)
{
    for (int i = 0; i < NUMBER; i++) {
        at[i] = (unsigned char)(number >> (8 * i));
    }
}

void bytes_put_number(bytes_writer *to, uint64_t number)
{
    unsigned char *at = extend(to, NUMBER);
    if (at != NULL) {
        write_number(at, number);
    }
}

static uint64_t bits_of(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void bytes_put_real(bytes_writer *to, double value)
{
    bytes_put_number(to, bits_of(value));
}

void bytes_put_reals(bytes_writer *to, const double *values, size_t n)
{
    unsigned char *at = extend(to, NUMBER * n);
    for (size_t i = 0; at != NULL && i < n; i++) {
        write_number(at + NUMBER * i, bits_of(values[i]));
    }
}

void bytes_put_bytes(bytes_writer *to, const void *bytes, size_t size)
{
    unsigned char *at = extend(to, size);
    if (at != NULL && size > 0) {
        memcpy(at, bytes, size);
    }
}

void bytes_put_block(bytes_writer *to, const unsigned char *block, size_t size)
{
    bytes_put_number(to, size);
    bytes_put_bytes(to, block, size);
}

void bytes_put_text(bytes_writer *to, const char *text)
{
    bytes_put_block(to, (const unsigned char *)text, strlen(text));
}

static void refuse(bytes_reader *from, rill_status status)
{
    from->status = from->status == RILL_OK ? status : from->status;
}

void bytes_refuse(bytes_reader *from)
{
    refuse(from, RILL_IO);
}

uint64_t bytes_get_number(bytes_reader *from)
{
    if (from->left < NUMBER) {
        bytes_refuse(from);
    }
    if (from->status != RILL_OK) {
        return 0;
    }
    uint64_t number = 0;
    for (int i = 0; i < NUMBER; i++) {
        number |= (uint64_t)from->next[i] << (8 * i);
    }
    from->next += NUMBER;
    from->left -= NUMBER;
    return number;
}

uint64_t bytes_get_bounded(bytes_reader *from, uint64_t max)
{
    const uint64_t number = bytes_get_number(from);
    if (number > max) {
        bytes_refuse(from);
        return 0;
    }
    return number;
}

size_t bytes_get_count(bytes_reader *from, size_t size)
{
    const uint64_t count = bytes_get_number(from);
    if (count > from->left / size) {
        bytes_refuse(from);
        return 0;
    }
    return (size_t)count;
}

double bytes_get_real(bytes_reader *from)
{
    const uint64_t bits = bytes_get_number(from);
    double value = 0.0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double *bytes_get_reals(bytes_reader *from, size_t n)
{
    if (n == 0 || from->status != RILL_OK) {
        return NULL;
    }
    double *values = malloc(n * sizeof *values);
    if (values == NULL) {
        refuse(from, RILL_NO_MEMORY);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        values[i] = bytes_get_real(from);
    }
    return values;
}

unsigned char *bytes_get_block(bytes_reader *from, size_t *size)
{
    *size = bytes_get_count(from, 1);
    unsigned char *block = *size == 0 ? NULL : malloc(*size);
    if (block == NULL) {
        if (*size > 0) {
            refuse(from, RILL_NO_MEMORY);
        }
        *size = 0;
        return NULL;
    }
    memcpy(block, from->next, *size);
    from->next += *size;
    from->left -= *size;
    return block;
}

void bytes_get_text(bytes_reader *from, char *text, size_t size)
{
    const size_t length = bytes_get_count(from, 1);
    if (length >= size || (length > 0 && memchr(from->next, '\0', length) != NULL)) {
        bytes_refuse(from);
    }
    text[0] = '\0';
    if (from->status == RILL_OK && length > 0) {
        memcpy(text, from->next, length);
        text[length] = '\0';
        from->next += length;
        from->left -= length;
    }
}

rill_status bytes_read_file(const char *path, unsigned char **bytes, size_t *size,
                            rill_error *error)
{
    *bytes = NULL;
    *size = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return rill_error_set(error, RILL_IO, "", "cannot open: %s", strerror(errno));
    }
    size_t used = 0;
    size_t capacity = 1 << 16;
    unsigned char *buffer = malloc(capacity);
    while (buffer != NULL) {
        used += fread(buffer + used, 1, capacity - used - 1, file);
        if (used < capacity - 1) {
            break;
        }
        capacity *= 2;
        unsigned char *larger = realloc(buffer, capacity);
        if (larger == NULL) {
            free(buffer);
        }
        buffer = larger;
    }
    rill_status status = RILL_OK;
    if (buffer == NULL) {
        status = rill_error_no_memory(error);
    } else if (ferror(file)) {
        status = rill_error_set(error, RILL_IO, "", "cannot read: %s", strerror(errno));
    }
    fclose(file);
    if (status != RILL_OK) {
        free(buffer);
        return status;
    }
    buffer[used] = '\0';
    *bytes = buffer;
    *size = used;
    return RILL_OK;
}
