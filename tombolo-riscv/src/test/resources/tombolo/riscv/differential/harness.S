# SPDX-License-Identifier: Apache-2.0
#
# Runs a batch of random programs, one after the other, and prints one line for each:
#
#     P <index> <hash of the final state> <instructions retired by the program> <causes seen>
#
# all in hexadecimal. With the batch's verbose flag it also prints the final state itself:
# "S <offset> <word>" (state), "V <offset> <word>" (vector registers), "T <n> <scause> <stval> <sepc> <sstatus>" (each trap logged) and
# "M <address> <word>" (each word of the program's pages that is not zero). Last line: "E".
#
# Starts in S-mode with paging off at 0x80200000. The batch (Batch.java writes it) lies at
# 0x80600000; a program's pages lie in the 2 MiB from 0x80400000. Every program's page tables map
# the 2 MiB from 0x80200000 for S-mode, so that this file can take its traps.
#
# What a program may rely on after a trap:
#   * ebreak with a7 = 0x454e4421 ends the program; so does the 257th trap
#   * an interrupt's source is cleared and the program goes on where it was
#   * after an instruction fault (causes 0, 1, 12) it goes on at x31, in the mode it started in
#   * after an ecall from U of a program that started in S, the same
#   * after anything else the instruction is skipped; a successful reservation is lost
# sscratch and stvec belong to this file: a program that writes them puts them back before
# anything can trap.

    .option norvc
    .option norelax
    .option arch, +v
    .equ UART,       0x10000000
    .equ FINISHER,   0x00100000
    .equ STATE,      0x80210000
    .equ LOG,        0x80211000
    .equ VECTORS,    0x80214000
    .equ DATA,       0x80405000     # Arena.java's pages of data
    .equ BATCH,      0x80600000
    .equ END,        0x454e4421
    .equ MAX_TRAPS,  256
    .equ FS_VS,      0x6600
    .equ SUM_MXR,    0xc0000

    # The final state, hashed and compared: StateLayout.java names each word.
    .equ X,          0              # x0..x31
    .equ F,          256            # f0..f31
    .equ S_FCSR,     512
    .equ S_STATUS,   520
    .equ S_EPC,      528
    .equ S_CAUSE,    536
    .equ S_TVAL,     544
    .equ S_COUNTEREN,552
    .equ S_IE,       560
    .equ S_IP,       568
    .equ S_TIMECMP,  576
    .equ S_ENVCFG,   584
    .equ S_ATP,      592
    .equ S_TVEC,     600
    .equ S_TRAPS,    608
    .equ S_CAUSES,   616
    .equ S_VSTART,   624
    .equ S_VCSR,     632
    .equ S_VL,       640
    .equ S_VTYPE,    648
    .equ S_BYTES,    656
    # Not compared.
    .equ RETIRED,    672
    .equ RESUMED,    680
    .equ RECORD,     688
    .equ HOME,       696            # SPP bit of the mode that the program started in
    .equ NUMBER,     704            # which of the batch
    .equ SCRATCH,    712
    .equ VECTOR_END, 720            # behind the vector registers in VECTORS

    # A program's record.
    .equ R_INDEX,    0
    .equ R_HOME,     8
    .equ R_ENTRY,    16
    .equ R_SATP,     24
    .equ R_STATUS,   32
    .equ R_COUNTEREN,40
    .equ R_IE,       48
    .equ R_IP,       56
    .equ R_FCSR,     64
    .equ R_PAGES,    72             # number of pages
    .equ R_CHUNKS,   80             # number of chunks
    .equ R_X,        88
    .equ R_F,        344
    .equ R_LIST,     600            # page addresses, then chunks (address, bytes, content)

    # Instructions from the reading of instret in resume to that in trap which are not the program's.
    .equ OVERHEAD,   69

    .text
    .globl _start
_start:
    j       boot

# At 0x80200004, where Coverage.java sees that a program begins.
next_program:
    li      s0, STATE
    li      s1, BATCH
    ld      t0, NUMBER(s0)
    ld      t1, 8(s1)
    bgeu    t0, t1, all_done
    slli    t2, t0, 3
    add     t2, t2, s1
    ld      s2, 16(t2)              # s2 = record
    sd      s2, RECORD(s0)
    addi    t0, t0, 1
    sd      t0, NUMBER(s0)

    # Pages to zero, then the chunks.
    ld      t0, R_PAGES(s2)
    addi    s3, s2, R_LIST
1:  beqz    t0, 3f
    ld      t1, 0(s3)
    addi    s3, s3, 8
    li      t3, 4096
    add     t3, t3, t1
2:  sd      zero, 0(t1)
    sd      zero, 8(t1)
    sd      zero, 16(t1)
    sd      zero, 24(t1)
    addi    t1, t1, 32
    bltu    t1, t3, 2b
    addi    t0, t0, -1
    j       1b
3:  ld      t0, R_CHUNKS(s2)
4:  beqz    t0, 6f
    ld      t1, 0(s3)
    ld      t2, 8(s3)
    addi    s3, s3, 16
    add     t3, t1, t2
5:  ld      t4, 0(s3)
    sd      t4, 0(t1)
    addi    s3, s3, 8
    addi    t1, t1, 8
    bltu    t1, t3, 5b
    addi    t0, t0, -1
    j       4b
6:  fence.i

    # The registers.
    addi    t0, s2, R_X
    addi    t1, s0, X
    addi    t2, s0, S_FCSR
7:  ld      t3, 0(t0)
    sd      t3, 0(t1)
    addi    t0, t0, 8
    addi    t1, t1, 8
    bltu    t1, t2, 7b
    li      t0, FS_VS
    csrs    sstatus, t0
    csrw    vcsr, zero
    csrw    vstart, zero
    li      t0, DATA
    csrr    t1, vlenb
    slli    t1, t1, 3
    .irp n, 0, 8, 16, 24
    vl8re8.v v\n, (t0)
    add     t0, t0, t1
    .endr
    li      t0, -1
    vsetvl  zero, zero, t0          # vill
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld     f\n, F+8*\n(s0)
    .endr
    ld      t0, R_FCSR(s2)
    csrw    fcsr, t0
    csrw    scause, zero
    csrw    stval, zero
    ld      t0, R_INDEX(s2)         # its low bits are CBIE (but 2 is reserved), CBCFE and CBZE:
    andi    t0, t0, 15              # which instructions on cache blocks U-mode may use
    andi    t1, t0, 3
    addi    t1, t1, -2
    bnez    t1, 8f
    addi    t0, t0, 1
8:  slli    t0, t0, 4
    csrw    senvcfg, t0
    ld      t0, R_COUNTEREN(s2)
    csrw    scounteren, t0
    li      t0, -1
    csrw    stimecmp, t0
    ld      t0, R_IP(s2)
    csrw    sip, t0
    ld      t0, R_IE(s2)
    csrw    sie, t0
    ld      t0, R_HOME(s2)
    sd      t0, HOME(s0)
    sd      zero, RETIRED(s0)
    sd      zero, S_TRAPS(s0)
    sd      zero, S_CAUSES(s0)
    ld      t0, R_STATUS(s2)
    sd      t0, S_STATUS(s0)
    ld      t0, R_ENTRY(s2)
    sd      t0, S_EPC(s0)
    lla     t0, trap
    csrw    stvec, t0
    ld      t0, R_SATP(s2)
    csrw    satp, t0
    sfence.vma
    # s0 = STATE from here on

# Goes (on) with the program: S_STATUS and S_EPC say how and where.
resume:
    ld      t0, S_EPC(s0)
    csrw    sepc, t0
    ld      t0, S_STATUS(s0)
    csrw    sstatus, t0
    csrw    sscratch, s0
    addi    t1, s0, SCRATCH
    sc.d    t0, zero, (t1)          # no reservation survives
    csrr    t0, instret
    sd      t0, RESUMED(s0)
    mv      sp, s0
    ld      x1, X+8(sp)
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, X+8*\n(sp)
    .endr
    ld      sp, X+16(sp)
    sret

boot:
    csrci   sstatus, 2
    csrw    sie, zero
    lla     t0, trap
    csrw    stvec, t0
    li      s0, STATE
    sd      zero, NUMBER(s0)
    j       next_program

    .balign 4
trap:
    csrrw   sp, sscratch, sp
    beqz    sp, trapped_twice
    sd      x1, X+8(sp)
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, X+8*\n(sp)
    .endr
    csrrw   t0, sscratch, zero
    sd      t0, X+16(sp)
    csrr    t0, instret
    mv      s0, sp
    ld      t1, RESUMED(s0)
    sub     t0, t0, t1
    addi    t0, t0, -OVERHEAD
    ld      t1, RETIRED(s0)
    add     t0, t0, t1
    sd      t0, RETIRED(s0)

    csrr    s1, scause
    csrr    s2, stval
    csrr    s3, sepc
    csrr    s4, sstatus
    li      t0, 3                   # stval of a breakpoint is 0 or its address: 0 here
    bne     s1, t0, 1f
    li      s2, 0
    csrw    stval, zero
1:  sd      s1, S_CAUSE(s0)
    sd      s2, S_TVAL(s0)
    sd      s3, S_EPC(s0)
    sd      s4, S_STATUS(s0)

    li      t0, 3                   # one with a7 = END is the end
    bne     s1, t0, 1f
    ld      t0, X+8*17(s0)
    li      t1, END
    beq     t0, t1, finish

1:  ld      t0, S_TRAPS(s0)         # log it
    li      t1, MAX_TRAPS
    bgeu    t0, t1, finish
    slli    t1, t0, 5
    li      t2, LOG
    add     t1, t1, t2
    sd      s1, 0(t1)
    sd      s2, 8(t1)
    sd      s3, 16(t1)
    sd      s4, 24(t1)
    addi    t0, t0, 1
    sd      t0, S_TRAPS(s0)

    mv      t0, s1                  # bit = cause, + 16 from S-mode, + 32 if an interrupt
    bgez    s1, 2f
    addi    t0, t0, 32
2:  andi    t1, s4, 0x100
    srli    t1, t1, 4
    add     t0, t0, t1
    andi    t0, t0, 63
    li      t1, 1
    sll     t1, t1, t0
    ld      t0, S_CAUSES(s0)
    or      t0, t0, t1
    sd      t0, S_CAUSES(s0)

    bltz    s1, interrupt
    sltiu   t0, s1, 2
    bnez    t0, recover
    li      t0, 12
    beq     s1, t0, recover
    li      t0, 8
    bne     s1, t0, skip
    ld      t0, HOME(s0)
    bnez    t0, recover

skip:
    li      t0, SUM_MXR
    csrs    sstatus, t0
    lhu     t1, 0(s3)
    csrc    sstatus, t0
    andi    t1, t1, 3
    addi    t1, t1, -3
    addi    s3, s3, 2
    bnez    t1, 3f
    addi    s3, s3, 2
3:  sd      s3, S_EPC(s0)
    j       resume

recover:
    ld      t0, X+8*31(s0)
    andi    t0, t0, -2
    sd      t0, S_EPC(s0)
    andi    s4, s4, ~0x100
    ld      t0, HOME(s0)
    or      s4, s4, t0
    sd      s4, S_STATUS(s0)
    j       resume

interrupt:
    li      t0, -1
    csrw    stimecmp, t0
    csrci   sip, 2
    j       resume

# The program is over: the rest of its state, the hash, the line.
finish:
    csrr    t0, satp
    sd      t0, S_ATP(s0)
    csrw    satp, zero
    sfence.vma
    csrr    t0, scounteren
    sd      t0, S_COUNTEREN(s0)
    csrr    t0, sie
    sd      t0, S_IE(s0)
    csrr    t0, sip
    sd      t0, S_IP(s0)
    csrr    t0, stimecmp
    sd      t0, S_TIMECMP(s0)
    csrr    t0, senvcfg
    sd      t0, S_ENVCFG(s0)
    csrr    t0, stvec
    sd      t0, S_TVEC(s0)
    csrw    sie, zero
    li      t0, FS_VS
    csrs    sstatus, t0
    csrr    t0, vstart
    sd      t0, S_VSTART(s0)
    csrr    t0, vcsr
    sd      t0, S_VCSR(s0)
    csrr    t0, vl
    sd      t0, S_VL(s0)
    csrr    t0, vtype
    sd      t0, S_VTYPE(s0)
    csrw    vstart, zero
    li      t0, VECTORS
    csrr    t1, vlenb
    slli    t1, t1, 3
    .irp n, 0, 8, 16, 24
    vs8r.v  v\n, (t0)
    add     t0, t0, t1
    .endr
    sd      t0, VECTOR_END(s0)
    csrr    t0, fcsr
    sd      t0, S_FCSR(s0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd     f\n, F+8*\n(s0)
    .endr
    sd      zero, X(s0)

    li      s5, 0                   # s5 = hash
    mv      a0, s0
    addi    a1, s0, S_BYTES
    call    hash
    li      a0, VECTORS
    ld      a1, VECTOR_END(s0)
    call    hash
    ld      t0, S_TRAPS(s0)
    slli    t0, t0, 5
    li      a0, LOG
    add     a1, a0, t0
    call    hash
    ld      s1, RECORD(s0)
    ld      s2, R_PAGES(s1)
    addi    s3, s1, R_LIST
1:  beqz    s2, 2f
    ld      a0, 0(s3)
    addi    s3, s3, 8
    li      a1, 4096
    add     a1, a1, a0
    call    hash
    addi    s2, s2, -1
    j       1b

2:  li      a0, 'P'
    call    print_char
    ld      a0, R_INDEX(s1)
    call    print_word
    mv      a0, s5
    call    print_word
    ld      a0, RETIRED(s0)
    call    print_word
    ld      a0, S_CAUSES(s0)
    call    print_word
    call    print_end

    li      t0, BATCH
    ld      t0, 0(t0)
    beqz    t0, next_program

    mv      s2, s0                  # verbose: the state,
    addi    s3, s0, S_BYTES
3:  li      a0, 'S'
    call    print_char
    sub     a0, s2, s0
    call    print_word
    ld      a0, 0(s2)
    call    print_word
    call    print_end
    addi    s2, s2, 8
    bltu    s2, s3, 3b

    li      s2, VECTORS             # the vector registers,
    ld      s3, VECTOR_END(s0)
9:  li      a0, 'V'
    call    print_char
    li      a0, VECTORS
    sub     a0, s2, a0
    call    print_word
    ld      a0, 0(s2)
    call    print_word
    call    print_end
    addi    s2, s2, 8
    bltu    s2, s3, 9b

    li      s2, 0                   # the traps,
    li      s4, LOG
4:  ld      s3, S_TRAPS(s0)
    bgeu    s2, s3, 5f
    li      a0, 'T'
    call    print_char
    mv      a0, s2
    call    print_word
    ld      a0, 0(s4)
    call    print_word
    ld      a0, 8(s4)
    call    print_word
    ld      a0, 16(s4)
    call    print_word
    ld      a0, 24(s4)
    call    print_word
    call    print_end
    addi    s4, s4, 32
    addi    s2, s2, 1
    j       4b

5:  ld      s2, R_PAGES(s1)         # and the memory
    addi    s3, s1, R_LIST
6:  beqz    s2, next_program
    ld      s4, 0(s3)
    addi    s3, s3, 8
    li      s6, 4096
    add     s6, s6, s4
7:  ld      t0, 0(s4)
    beqz    t0, 8f
    li      a0, 'M'
    call    print_char
    mv      a0, s4
    call    print_word
    ld      a0, 0(s4)
    call    print_word
    call    print_end
8:  addi    s4, s4, 8
    bltu    s4, s6, 7b
    addi    s2, s2, -1
    j       6b

# Folds the words from a0 to a1 into s5.
hash:
    bgeu    a0, a1, 2f
    li      t2, 0x9e3779b97f4a7c15
1:  ld      t0, 0(a0)
    addi    a0, a0, 8
    xor     s5, s5, t0
    mul     s5, s5, t2
    srli    t0, s5, 32
    xor     s5, s5, t0
    bltu    a0, a1, 1b
2:  ret

# Prints a space and a0 in hexadecimal without leading zeros.
print_word:
    mv      t4, ra
    mv      t5, a0
    li      a0, ' '
    call    print_char
    li      t6, 60
1:  srl     t0, t5, t6
    bnez    t0, 2f
    addi    t6, t6, -4
    bgtz    t6, 1b
2:  srl     t0, t5, t6
    andi    t0, t0, 15
    addi    a0, t0, '0'
    sltiu   t1, t0, 10
    bnez    t1, 3f
    addi    a0, t0, 'a' - 10
3:  call    print_char
    addi    t6, t6, -4
    bgez    t6, 2b
    mv      ra, t4
    ret

print_end:
    li      a0, '\n'
print_char:
    li      t0, UART
1:  lbu     t1, 5(t0)
    andi    t1, t1, 0x20
    beqz    t1, 1b
    sb      a0, 0(t0)
    ret

# A trap inside this file: the program broke out of its cage, or the machine is wrong.
trapped_twice:
    csrr    s1, scause
    csrr    s2, sepc
    csrr    s3, stval
    csrw    satp, zero
    sfence.vma
    li      a0, 'X'
    call    print_char
    mv      a0, s1
    call    print_word
    mv      a0, s2
    call    print_word
    mv      a0, s3
    call    print_word
    call    print_end

all_done:
    li      a0, 'E'
    call    print_char
    call    print_end
    li      t0, FINISHER
    li      t1, 0x5555
    sw      t1, 0(t0)
1:  j       1b
