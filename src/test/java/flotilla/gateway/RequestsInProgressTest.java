package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.gateway.RequestsInProgress.Place;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.junit.jupiter.api.Test;

class RequestsInProgressTest {
    private final RequestsInProgress requests = new RequestsInProgress(2);

    @Test
    void placesThatAreTaken_shouldBeNobodyElsesUntilTheyAreGivenBack() {
        Place first = requests.enter().orElseThrow();
        assertThat(requests.enter()).isPresent();
        assertThat(requests.enter()).isEmpty();
        assertThat(requests.enter()).as("who is refused takes nothing").isEmpty();

        first.leave();

        assertThat(requests.enter()).isPresent();
        assertThat(requests.enter()).isEmpty();
    }

    @Test
    void placeThatIsGivenBackTwice_shouldCountOnce() {
        Place first = requests.enter().orElseThrow();
        requests.enter();

        first.leave();
        first.leave();

        assertThat(requests.enter()).isPresent();
        assertThat(requests.enter()).isEmpty();
    }

    @Test
    void requestWithoutAPlace_shouldBeKnownAsOne() {
        HttpRequest request = HttpRequest.GET("/");

        assertThat(RequestsInProgress.isWithoutPlace(request)).isFalse();
        assertThat(RequestsInProgress.isWithoutPlace(RequestsInProgress.withoutPlace(request)))
                .isTrue();
    }
}
