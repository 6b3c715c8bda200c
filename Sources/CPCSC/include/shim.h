/* The door to libpcsclite. `winscard.h` includes its neighbours by bare name, which the two
   forwarders beside this file answer, so that no compiler flag is needed. */
#ifndef CPCSC_SHIM_H
#define CPCSC_SHIM_H
#include <PCSC/winscard.h>

/* The protocol header for T=1, a macro over a global in the C interface. */
static inline const SCARD_IO_REQUEST *cpcsc_pci_t1(void) { return SCARD_PCI_T1; }
/* The protocol header for T=0, likewise. */
static inline const SCARD_IO_REQUEST *cpcsc_pci_t0(void) { return SCARD_PCI_T0; }
#endif
