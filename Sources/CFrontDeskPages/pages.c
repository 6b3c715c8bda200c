#include "pages.h"

#define FILE_OCTETS(name) static const unsigned char name[]

FILE_OCTETS(kiosk_html) = {
#embed "kiosk/kiosk.html"
};
FILE_OCTETS(kiosk_css) = {
#embed "kiosk/kiosk.css"
};
FILE_OCTETS(kiosk_js) = {
#embed "kiosk/kiosk.js"
};
FILE_OCTETS(kiosk_screens_js) = {
#embed "kiosk/screens.js"
};
FILE_OCTETS(kiosk_words_js) = {
#embed "kiosk/words.js"
};
FILE_OCTETS(kiosk_voice_js) = {
#embed "kiosk/voice.js"
};
FILE_OCTETS(kiosk_own_js) = {
#embed "kiosk/own.js"
};
FILE_OCTETS(desk_html) = {
#embed "desk/desk.html"
};
FILE_OCTETS(desk_css) = {
#embed "desk/desk.css"
};
FILE_OCTETS(desk_js) = {
#embed "desk/desk.js"
};
FILE_OCTETS(desk_admin_js) = {
#embed "desk/admin.js"
};
FILE_OCTETS(desk_history_js) = {
#embed "desk/history.js"
};
FILE_OCTETS(desk_insurance_js) = {
#embed "desk/insurance.js"
};
FILE_OCTETS(desk_words_js) = {
#embed "desk/words.js"
};
FILE_OCTETS(sheets_js) = {
#embed "shared/sheets.js"
};
FILE_OCTETS(stream_js) = {
#embed "shared/stream.js"
};

#define PAGE(path, octets) {path, octets, sizeof octets}

static const struct frontdesk_page kiosk[] = {
    PAGE("/", kiosk_html),
    PAGE("/kiosk.css", kiosk_css),
    PAGE("/kiosk.js", kiosk_js),
    PAGE("/screens.js", kiosk_screens_js),
    PAGE("/words.js", kiosk_words_js),
    PAGE("/voice.js", kiosk_voice_js),
    PAGE("/own.js", kiosk_own_js),
    PAGE("/sheets.js", sheets_js),
    PAGE("/stream.js", stream_js),
};

static const struct frontdesk_page desk[] = {
    PAGE("/", desk_html),
    PAGE("/desk.css", desk_css),
    PAGE("/desk.js", desk_js),
    PAGE("/admin.js", desk_admin_js),
    PAGE("/history.js", desk_history_js),
    PAGE("/insurance.js", desk_insurance_js),
    PAGE("/sheets.js", sheets_js),
    PAGE("/words.js", desk_words_js),
    PAGE("/stream.js", stream_js),
};

#define COUNT(pages) ((int)(sizeof pages / sizeof *pages))

struct frontdesk_page frontdesk_page(int listener, int index) {
    static const struct frontdesk_page none = {0, 0, 0};
    if (index < 0) return none;
    if (listener == 0 && index < COUNT(kiosk)) return kiosk[index];
    if (listener == 1 && index < COUNT(desk)) return desk[index];
    return none;
}
