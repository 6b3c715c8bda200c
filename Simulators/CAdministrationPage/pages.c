#include "pages.h"

static const unsigned char html[] = {
#embed "page.html"
};
static const unsigned char css[] = {
#embed "page.css"
};
static const unsigned char js[] = {
#embed "page.js"
};

const unsigned char *cadministrationpage_octets(int file, unsigned long *count) {
    switch (file) {
    case 1: *count = sizeof css; return css;
    case 2: *count = sizeof js; return js;
    default: *count = sizeof html; return html;
    }
}
