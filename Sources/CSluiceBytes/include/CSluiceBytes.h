/* The few instructions of a processor that the loop over a file's bytes needs and Swift has no word for. */
#ifndef CSLUICEBYTES_H
#define CSLUICEBYTES_H

#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Asks for the line of memory at `place`, to be read a little later. Harmless for any address. */
static inline void sluice_prefetch(const void *place) { __builtin_prefetch(place, 1, 1); }

/* The same as `sluice_marks`, byte by byte. */
static inline uint64_t sluice_marks_portable(const uint8_t *bytes, uint8_t delimiter) {
    uint64_t marks = 0;
    for (int index = 0; index < 64; index++) {
        const uint8_t byte = bytes[index];
        const int matters = byte == delimiter || byte == '"' || byte < 0x20 || byte >= 0x7F;
        marks |= (uint64_t)matters << index;
    }
    return marks;
}

/* The same as `sluice_places`, byte by byte. */
static inline uint64_t sluice_places_portable(const uint8_t *bytes, uint8_t wanted) {
    uint64_t places = 0;
    for (int index = 0; index < 64; index++) places |= (uint64_t)(bytes[index] == wanted) << index;
    return places;
}

/* Which of 64 bytes are `delimiter`, a double quote, a control character or beyond ASCII; the first byte is the lowest
   bit. */
static inline uint64_t sluice_marks(const uint8_t *bytes, uint8_t delimiter) {
#if defined(__SSE2__)
    const __m128i delimiters = _mm_set1_epi8((char)delimiter);
    uint64_t marks = 0;
    for (int part = 0; part < 4; part++) {
        const __m128i sixteen = _mm_loadu_si128((const __m128i *)(bytes + part * 16));
        /* As signed numbers, bytes beyond ASCII are below 0x20 too. */
        const __m128i hits = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(sixteen, delimiters), _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('"'))),
            _mm_or_si128(_mm_cmplt_epi8(sixteen, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(sixteen, _mm_set1_epi8(0x7F))));
        marks |= (uint64_t)(uint16_t)_mm_movemask_epi8(hits) << (part * 16);
    }
    return marks;
#else
    return sluice_marks_portable(bytes, delimiter);
#endif
}

/* Which of 64 bytes are `wanted`; the first byte is the lowest bit. */
static inline uint64_t sluice_places(const uint8_t *bytes, uint8_t wanted) {
#if defined(__SSE2__)
    uint64_t places = 0;
    for (int part = 0; part < 4; part++) {
        const __m128i sixteen = _mm_loadu_si128((const __m128i *)(bytes + part * 16));
        const __m128i hits = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8((char)wanted));
        places |= (uint64_t)(uint16_t)_mm_movemask_epi8(hits) << (part * 16);
    }
    return places;
#else
    return sluice_places_portable(bytes, wanted);
#endif
}

#endif
