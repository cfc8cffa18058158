package flotilla.bench;

/** What a figure is held against. */
record Target(Bound bound, double value) {
    /** On which side of the value the figure should be; the value itself is good. */
    enum Bound {
        AT_LEAST("≥"),
        AT_MOST("≤");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }
    }

    static Target atLeast(double value) {
        return new Target(Bound.AT_LEAST, value);
    }

    static Target atMost(double value) {
        return new Target(Bound.AT_MOST, value);
    }

    boolean isMetBy(double figure) {
        return bound == Bound.AT_LEAST ? figure >= value : figure <= value;
    }

    @Override
    public String toString() {
        return bound.sign + " " + Samples.shown(value);
    }
}
