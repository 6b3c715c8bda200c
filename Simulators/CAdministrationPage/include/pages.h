/* The files of the administration page, as they lie beside this source. */
#ifndef CADMINISTRATIONPAGE_PAGES_H
#define CADMINISTRATIONPAGE_PAGES_H

/* The octets of page.html, page.css (1) and page.js (2), and how many they are. */
const unsigned char *cadministrationpage_octets(int file, unsigned long *count);

#endif
