"""Climate attributes are those that data sets publish, and of the days asked for only."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, camels_us, open_dataset
from dgviz.datasets import delaware as source
from dgviz.domains.hydrology.evaluation.climate import with_climate_of
from dgviz.experiment.config import ConfigError

YEARS = "2001-01-01/2004-12-31"


def weather(rain, warmth, **others):
    """One site with weather by day from 2001-01-01 and empty climate attributes."""
    days = pd.date_range("2001-01-01", periods=len(rain))
    series = {k: (("time", "site"), np.asarray(v, float)[:, None]) for k, v in dict(prcp=rain, tmean=warmth).items()}
    names = ("p_mean", "t_mean", "frac_snow", "high_prec_freq", "high_prec_dur", "low_prec_freq", "low_prec_dur")
    climate = {k: ("site", np.zeros(1, "float32"), {"period": "1980-01-01/1980-12-31"}) for k in (*names, *others)}
    coords = {"time": days, "site": ["a"], "lat": ("site", [40.0]), "day_of_year": ("time", days.day_of_year)}
    return xr.Dataset(series | climate, coords)


def value(dataset, name, period=YEARS):
    return with_climate_of(dataset, period)[name].item()


def test_the_delaware_has_the_climate_of_its_first_year(delaware):
    """Its potential evapotranspiration is Hamon's, its year has 365 days."""
    computed = with_climate_of(delaware.drop_vars(["tmin", "tmax"]), source.CLIMATE_PERIOD)
    for name in ("p_mean", "t_mean", "pet_mean", "aridity", "frac_snow"):
        np.testing.assert_allclose(computed[name], delaware[name], rtol=1e-6, err_msg=name)
    np.testing.assert_allclose(computed.p_seasonality, delaware.p_seasonality, atol=1e-3)
    for name in ("high_prec_freq", "low_prec_freq"):
        np.testing.assert_allclose(computed[name] / 365.25, delaware[name] / 365, rtol=1e-6, err_msg=name)
    assert computed.p_mean.attrs == {
        "units": "mm d-1",
        "long_name": "Mean precipitation",
        "period": source.CLIMATE_PERIOD,
    }
    xr.testing.assert_identical(computed.area, delaware.area)


def test_camels_us_has_the_published_climate():
    """Published snow is that of days below 1 degC, and published potential evapotranspiration after Priestley-Taylor:
    these two agree in rank more than in value."""
    try:
        published = open_dataset("camels_us")
    except DataError as error:
        pytest.skip(str(error))
    published = published.isel(site=slice(None, None, 12))
    computed = with_climate_of(published, camels_us.CLIMATE_PERIOD)
    for name in set(camels_us.CLIMATE) - {"pet_mean", "aridity", "frac_snow"}:
        scale = float(abs(published[name]).max())
        np.testing.assert_allclose(computed[name], published[name], atol=2e-3 * scale, err_msg=name)
    for name, least, apart in (("frac_snow", 0.99, 0.05), ("pet_mean", 0.5, 0.5), ("aridity", 0.85, 0.2)):
        assert float(xr.corr(computed[name], published[name])) > least, name
        assert abs(float((computed[name] - published[name]).mean())) < apart, name


@pytest.mark.parametrize("lag, seasonality", [(0, 0.6), (0.5, -0.6), (0.25, 0.0)], ids=["summer", "winter", "spring"])
def test_seasonality_is_how_strongly_rain_follows_warmth(lag, seasonality):
    phase = 2 * np.pi * np.arange(1461) / 365.25
    dataset = weather(3 + 1.8 * np.sin(phase - 2 * np.pi * lag), 10 + 8 * np.sin(phase), p_seasonality=0)
    assert value(dataset, "p_seasonality") == pytest.approx(seasonality, abs=1e-5)


def test_spells_and_snow_are_counted_by_day():
    """In 12 days two storms of one and two days over five times the mean, snow of 3 in 36 mm."""
    rain = [0, 0.5, 3, 0, 0, 0, 0, 16, 16, 0.5, 0, 0]
    dataset = weather(rain, [5, 5, -1, 5, 5, 5, -4, 5, 5, 5, 5, 5])
    period = "2001-01-01/2001-01-12"
    assert value(dataset, "frac_snow", period) == pytest.approx(3 / 36)
    assert value(dataset, "high_prec_freq", period) == pytest.approx(365.25 * 2 / 12)
    assert value(dataset, "high_prec_dur", period) == 2.0
    assert value(dataset, "low_prec_freq", period) == pytest.approx(365.25 * 9 / 12)
    assert value(dataset, "low_prec_dur", period) == 3.0


def test_other_days_do_not_count():
    random = np.random.default_rng(0)
    rain, warmth = random.gamma(0.3, 8, 1461), random.normal(5, 8, 1461)
    first = with_climate_of(weather(rain, warmth), "2002-01-01/2002-12-31")
    rain[:365], warmth[730:] = 77.0, -30.0
    xr.testing.assert_identical(
        first.drop_vars(["prcp", "tmean"]),
        with_climate_of(weather(rain, warmth), "2002-01-01/2002-12-31").drop_vars(["prcp", "tmean"]),
    )


def test_a_site_alone_has_exactly_its_climate_among_others(delaware):
    together = with_climate_of(delaware, source.CLIMATE_PERIOD)
    alone = with_climate_of(delaware.isel(site=[7]), source.CLIMATE_PERIOD)
    for name in source.CLIMATE:
        assert alone[name].item() == together[name][7].item(), name


def test_where_it_never_rains_shares_of_rain_are_missing():
    dataset = with_climate_of(weather(np.zeros(400), np.ones(400), aridity=0, pet_mean=0), "2001-01-01/2001-12-31")
    assert dataset.frac_snow.isnull().all() and dataset.aridity.isnull().all()
    assert dataset.low_prec_freq.item() == pytest.approx(365.25) and dataset.high_prec_dur.item() == 365


def test_data_without_climate_attributes_stay_as_they_are(delaware):
    plain = delaware.drop_vars(source.CLIMATE)
    assert with_climate_of(plain, "1979-01-01/1979-12-31") is plain


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda d: d.drop_vars("tmean"), "climate 'training' needs tmean, which the data lack. Choose 'given'."),
        (
            lambda d: d.assign(moisture=d.p_mean),
            "not known here how moisture would be .* attributes = p_mean, t_mean",
        ),
    ],
    ids=["forcing", "attribute"],
)
def test_what_cannot_be_computed_is_named(change, message):
    with pytest.raises(ConfigError, match=message):
        with_climate_of(change(weather(np.ones(400), np.ones(400))), "2001-01-01/2001-12-31")
