// A reader with keys, made of one without: loaded into the daemon before libpcsclite, it answers the
// control codes of PC/SC part 10 and types what a file says. The order it got goes into another file.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

#define GET_FEATURES (0x42000000 + 3400)
#define VERIFY_DIRECT 0x42330006

static long word(unsigned char high, unsigned char low, unsigned char *out, DWORD *count) {
    out[0] = high;
    out[1] = low;
    *count = 2;
    return SCARD_S_SUCCESS;
}

LONG SCardControl(
    SCARDHANDLE card, DWORD code, LPCVOID in, DWORD inCount, LPVOID out, DWORD outCount,
    LPDWORD count) {
    static const unsigned char features[] = {
        0x12, 4, 0x42, 0x33, 0x00, 0x12, 0x06, 4, 0x42, 0x33, 0x00, 0x06};
    if (code == GET_FEATURES && outCount >= sizeof features) {
        memcpy(out, features, sizeof features);
        *count = sizeof features;
        return SCARD_S_SUCCESS;
    }
    const char *keys = getenv("FAKE_PAD_KEYS"), *log = getenv("FAKE_PAD_LOG");
    if (code != VERIFY_DIRECT || !keys || !log) return SCARD_E_UNSUPPORTED_FEATURE;
    const unsigned char *order = in;
    FILE *file = fopen(log, "a");
    for (DWORD index = 0; index < inCount; index++) fprintf(file, "%02x", order[index]);
    fprintf(file, "\n");
    fclose(file);
    char typed[32] = {0};
    file = fopen(keys, "r");
    if (!file || !fgets(typed, sizeof typed, file)) return SCARD_E_UNSUPPORTED_FEATURE;
    fclose(file);
    typed[strcspn(typed, "\n")] = 0;
    if (strcmp(typed, "nobody") == 0) {
        sleep(2);
        return word(0x64, 0x00, out, count);
    }
    if (strcmp(typed, "cancel") == 0) return word(0x64, 0x01, out, count);
    if (strcmp(typed, "refuse") == 0) return word(0x6B, 0x80, out, count);
    if (strcmp(typed, "wait") == 0) {
        sleep(2);
        strcpy(typed, "1234");
    }
    // The template lies behind the fixed part and its own length.
    if (inCount < 19 + 5) return SCARD_E_INVALID_PARAMETER;
    unsigned char command[64];
    DWORD size = inCount - 19;
    if (size > sizeof command) return SCARD_E_INVALID_PARAMETER;
    memcpy(command, order + 19, size);
    size_t digits = strlen(typed);
    if (digits != (order[3] & 0x0F)) return word(0x64, 0x03, out, count);
    memcpy(command + 5, typed, digits);
    *count = outCount;
    return SCardTransmit(card, SCARD_PCI_T1, command, size, NULL, out, count);
}
