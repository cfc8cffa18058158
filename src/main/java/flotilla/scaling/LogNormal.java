package flotilla.scaling;

/**
 * A log-normal distribution of a time in seconds: ln(t) is normal with mean {@code mu} and standard deviation {@code sigma}.
 * Boot times are close to it: never negative, with a long tail.
 *
 * @param sigma greater than 0
 * @see <a href="https://en.wikipedia.org/wiki/Log-normal_distribution">log-normal distribution</a>
 */
public record LogNormal(double mu, double sigma) {
    /** The distribution with a median and a 90th percentile, both in seconds. */
    public static LogNormal ofMedianAndP90(double median, double p90) {
        return new LogNormal(Math.log(median), Math.max(1e-6, Math.log(p90 / median) / 1.2815515655446004));
    }

    /** The distribution with a mean in seconds and a coefficient of variation. */
    public static LogNormal ofMeanAndVariation(double mean, double variation) {
        double sigma2 = Math.log(1 + variation * variation);
        return new LogNormal(Math.log(mean) - sigma2 / 2, Math.max(1e-6, Math.sqrt(sigma2)));
    }

    public double median() {
        return Math.exp(mu);
    }

    public double mean() {
        return Math.exp(mu + sigma * sigma / 2);
    }

    /** The probability of at most {@code seconds}. */
    public double cdf(double seconds) {
        return seconds <= 0 ? 0 : normalCdf((Math.log(seconds) - mu) / sigma);
    }

    /** The time that is not exceeded with probability {@code p}, which lies between 0 and 1. */
    public double quantile(double p) {
        return Math.exp(mu + sigma * normalQuantile(p));
    }

    /** Φ by the complementary error function of Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7. */
    static double normalCdf(double z) {
        double x = Math.abs(z) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * x);
        double poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        double half = 0.5 * poly * Math.exp(-x * x);
        return z < 0 ? half : 1 - half;
    }

    /** Φ⁻¹ by bisection over {@link #normalCdf}; 60 halvings of [-10, 10]. */
    static double normalQuantile(double p) {
        double low = -10;
        double high = 10;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (normalCdf(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
