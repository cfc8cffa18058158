package flotilla.config;

/** The numbers that a network calculates with. */
public enum Precision {
    /** 32-bit floats: what networks are trained in. */
    FP32,
    /** bfloat16: 8 bits of mantissa; fast on processors with avx512_bf16 or AMX. */
    BF16,
    /** 8-bit integers with a scale for each tensor; fast on processors with VNNI or AMX. */
    INT8
}
