// SPDX-License-Identifier: Apache-2.0

/** What the jar of ANTLR's runtime would say of itself, as far as tomlj needs it. */
@SuppressWarnings("module") // a name that ends in a digit is ANTLR's choice
module org.antlr.antlr4.runtime {
  exports org.antlr.v4.runtime;
  exports org.antlr.v4.runtime.atn;
  exports org.antlr.v4.runtime.dfa;
  exports org.antlr.v4.runtime.misc;
  exports org.antlr.v4.runtime.tree;
}
