/* The files of the kiosk's and the desk's pages, as they lie beside this source. */
#ifndef CFRONTDESKPAGES_PAGES_H
#define CFRONTDESKPAGES_PAGES_H

/* One file: its address on the listener it belongs to, its octets and how many they are. */
struct frontdesk_page {
    const char *path;
    const unsigned char *octets;
    unsigned long count;
};

/* The files of a listener (0: kiosk, 1: desk), one for each index from 0 on; a null path after the last. */
struct frontdesk_page frontdesk_page(int listener, int index);

#endif
