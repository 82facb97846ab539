// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import java.util.List;
import tombolo.machine.debug.RegisterSet;
import tombolo.machine.debug.RegisterSet.Register;

/** Describes registers to GDB as XML ("Target Descriptions" in GDB's manual). */
final class TargetDescription {
  private TargetDescription() {}

  static String of(String architecture, List<RegisterSet> sets) {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n");
    xml.append("<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n");
    xml.append("<architecture>").append(architecture).append("</architecture>\n");
    int number = 0;
    for (RegisterSet set : sets) {
      xml.append("<feature name=\"").append(set.feature()).append("\">\n");
      types(set, xml);
      for (Register register : set.registers()) {
        xml.append(
            "<reg name=\"%s\" bitsize=\"%d\" regnum=\"%d\" type=\"%s\"%s/>\n"
                .formatted(
                    register.name(),
                    register.bits(),
                    number++,
                    type(register),
                    register.type() == RegisterSet.Type.VECTOR ? " group=\"vector\"" : ""));
      }
      xml.append("</feature>\n");
    }
    return xml.append("</target>\n").toString();
  }

  private static String type(Register register) {
    return switch (register.type()) {
      case INTEGER -> register.bits() == Integer.SIZE ? "uint32" : "uint64";
      case CODE_ADDRESS -> "code_ptr";
      case DATA_ADDRESS -> "data_ptr";
      case FLOAT -> "floats";
      case VECTOR -> "elements";
    };
  }

  /** Declares the types that the set's registers have and GDB does not know. */
  private static void types(RegisterSet set, StringBuilder xml) {
    RegisterSet.Type type = set.registers().getFirst().type();
    int bytes = set.registers().getFirst().bits() / Byte.SIZE;
    if (type == RegisterSet.Type.FLOAT) {
      xml.append("<union id=\"floats\"><field name=\"float\" type=\"ieee_single\"/>");
      xml.append("<field name=\"double\" type=\"ieee_double\"/></union>\n");
    } else if (type == RegisterSet.Type.VECTOR) {
      StringBuilder fields = new StringBuilder();
      String[] names = {"b", "s", "w", "l"};
      for (int i = 0; i < names.length; i++) {
        int size = 1 << i;
        xml.append(
            "<vector id=\"%s\" type=\"uint%d\" count=\"%d\"/>\n"
                .formatted("of_" + names[i], size * Byte.SIZE, bytes / size));
        fields.append("<field name=\"%s\" type=\"of_%1$s\"/>".formatted(names[i]));
      }
      xml.append("<union id=\"elements\">").append(fields).append("</union>\n");
    }
  }
}
