"""The five services of «Моё здоровье» and the chassis that they stand on."""
