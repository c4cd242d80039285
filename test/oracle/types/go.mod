module gomend.test/oracle/types

go 1.24
