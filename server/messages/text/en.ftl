### English.

number = { $number }
