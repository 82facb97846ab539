// SPDX-License-Identifier: Apache-2.0
#include "aia.h"

#include "fdt.h"

bool aia_is_there(void) {
  struct fdt_property sources;
  return fdt_find("aplic", "riscv,num-sources", &sources);
}

void imsic_enable(unsigned identity) {
  siselect_write(EIE + identity / 64 * 2);
  asm volatile("csrs 0x151, %0" : : "r"(1ul << identity % 64) : "memory");
  imsic_write(EIDELIVERY, 1);
}

unsigned imsic_claim(void) {
  uint64_t top;
  asm volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
  return top >> 16;
}

void aplic_route(unsigned source, uint32_t mode, uint64_t hart, unsigned identity) {
  *aplic_word(SOURCECFG + 4 * source) = mode;
  *aplic_word(TARGET + 4 * source) = hart << 18 | identity;
  *aplic_word(SETIENUM) = source;
  *aplic_word(DOMAINCFG) = DOMAINCFG_IE;
}
