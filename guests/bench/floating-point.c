// SPDX-License-Identifier: Apache-2.0

// Double precision: bodies attract each other (multiply-add, divide, square root), moved by
// leapfrog steps. The system's energy must stay constant, within what the step size allows. The
// checksum is the bits of the positions, which are the same on every IEEE 754 machine.

#include "bench.h"
#include "text.h"

#define BODIES 6
#define STEP 0.001

struct body {
  double at[3];
  double speed[3];
  double mass;
};

static struct body bodies[BODIES];

static double square_root(double value) {
  double root;
  asm("fsqrt.d %0, %1" : "=f"(root) : "f"(value));
  return root;
}

// A heavy body in the middle, light ones on circles around it.
static void place(void) {
  bodies[0] = (struct body){.mass = 40.0};
  for (int i = 1; i < BODIES; i++) {
    double radius = 1.0 + 0.75 * i;
    double speed = square_root(bodies[0].mass / radius);
    double tilt = 0.05 * i;
    double sign = i % 2 == 0 ? 1.0 : -1.0;
    bodies[i] = (struct body){
        .at = {sign * radius, 0.0, tilt},
        .speed = {0.0, sign * speed, 0.0},
        .mass = 0.001 * i,
    };
  }
}

static void attract(double step) {
  for (int i = 0; i < BODIES; i++) {
    struct body *one = &bodies[i];
    for (int j = i + 1; j < BODIES; j++) {
      struct body *other = &bodies[j];
      double dx = other->at[0] - one->at[0];
      double dy = other->at[1] - one->at[1];
      double dz = other->at[2] - one->at[2];
      double square = dx * dx + dy * dy + dz * dz;
      double pull = step / (square * square_root(square));
      one->speed[0] += dx * (other->mass * pull);
      one->speed[1] += dy * (other->mass * pull);
      one->speed[2] += dz * (other->mass * pull);
      other->speed[0] -= dx * (one->mass * pull);
      other->speed[1] -= dy * (one->mass * pull);
      other->speed[2] -= dz * (one->mass * pull);
    }
  }
}

static void move(double step) {
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) {
      bodies[i].at[axis] += step * bodies[i].speed[axis];
    }
  }
}

static double energy(void) {
  double sum = 0.0;
  for (int i = 0; i < BODIES; i++) {
    const struct body *one = &bodies[i];
    double square = 0.0;
    for (int axis = 0; axis < 3; axis++) {
      square += one->speed[axis] * one->speed[axis];
    }
    sum += 0.5 * one->mass * square;
    for (int j = i + 1; j < BODIES; j++) {
      const struct body *other = &bodies[j];
      double distance = 0.0;
      for (int axis = 0; axis < 3; axis++) {
        double d = other->at[axis] - one->at[axis];
        distance += d * d;
      }
      sum -= one->mass * other->mass / square_root(distance);
    }
  }
  return sum;
}

int main(void) {
  uint64_t steps = bench_begin("floating-point", 400000);
  place();
  double before = energy();
  for (uint64_t step = 0; step < steps; step++) {
    move(STEP / 2);
    attract(STEP);
    move(STEP / 2);
  }
  double drift = energy() / before - 1.0;
  uint64_t checksum = 0;
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) {
      uint64_t bits;
      memcpy(&bits, &bodies[i].at[axis], 8);
      checksum = bench_mix(checksum, bits);
    }
  }
  return bench_end(checksum, drift > -1e-4 && drift < 1e-4);
}
