// SPDX-License-Identifier: Apache-2.0

/** What tomlj's jar would say of itself: jlink takes no module without a descriptor. */
module org.tomlj {
  requires transitive org.antlr.antlr4.runtime;

  exports org.tomlj;
}
